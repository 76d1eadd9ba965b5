using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Acci.Hosting;

/// <summary>
/// Makes a listening socket deaf to new connections while those whose handshake has begun still come through: Linux resets whatever is
/// in a socket's queue when the socket is closed, so the queue has to run dry first.
/// </summary>
internal static class ConnectionFilter
{
    private const int SolSocket = 1;
    private const int SoAttachFilter = 26;

    /// <summary>
    /// A program for the kernel's packet filter (linux/filter.h, struct sock_filter): byte 13 of a TCP header holds the flags (RFC 9293,
    /// section 3.1); a packet with SYN set opens a connection and is dropped, all others pass.
    /// </summary>
    private static readonly Instruction[] DropSyn =
    [
        new(Code: 0x30, Then: 0, Else: 0, Value: 13),             // load byte 13
        new(Code: 0x45, Then: 0, Else: 1, Value: 0x02),           // SYN? go on : skip one
        new(Code: 0x06, Then: 0, Else: 0, Value: 0),              // drop
        new(Code: 0x06, Then: 0, Else: 0, Value: uint.MaxValue),  // pass whole
    ];

    /// <returns>Whether it took effect: it is a Linux matter, and a sandbox may not have it.</returns>
    internal static bool TryAttach(Socket listening)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        var instructions = GCHandle.Alloc(DropSyn, GCHandleType.Pinned);
        try
        {
            // struct sock_fprog: a 16-bit count, padding, a pointer.
            Span<byte> program = stackalloc byte[2 * IntPtr.Size];
            program.Clear();
            MemoryMarshal.Write(program, (ushort)DropSyn.Length);
            MemoryMarshal.Write(program[IntPtr.Size..], instructions.AddrOfPinnedObject());
            listening.SetRawSocketOption(SolSocket, SoAttachFilter, program);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        finally
        {
            instructions.Free();
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte Then, byte Else, uint Value);
}
