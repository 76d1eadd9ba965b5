using System.Buffers.Binary;
using System.IO.Compression;

namespace Acci.Delivery.Tests.Scanning;

/// <summary>A picture, as far as a test looks at it. Source: PNG specification, third edition; 8 bits a channel, not interlaced, as browsers write it.</summary>
internal static class Png
{
    /// <summary>Its size, the colour of its upper left corner, and how much of it is dark.</summary>
    public static (int Width, int Height, (int Red, int Green, int Blue) Corner, double DarkShare) Read(byte[] file)
    {
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20)));
        var channels = file[25] == 6 ? 4 : 3;
        using var data = new MemoryStream();
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            if (file.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8)) data.Write(file.AsSpan(at + 8, length));
            at += length + 12;
        }

        data.Position = 0;
        using var lines = new ZLibStream(data, CompressionMode.Decompress);
        var (line, above) = (new byte[width * channels], new byte[width * channels]);
        var (dark, corner) = (0, (0, 0, 0));
        for (var y = 0; y < height; y++)
        {
            var filter = lines.ReadByte();
            lines.ReadExactly(line);
            for (var x = 0; x < line.Length; x++)
            {
                int left = x >= channels ? line[x - channels] : 0, up = above[x], upLeft = x >= channels ? above[x - channels] : 0;
                line[x] += (byte)(filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, upLeft), _ => 0 });
            }

            if (y == 0) corner = (line[0], line[1], line[2]);
            for (var x = 0; x < width; x++) dark += line[x * channels] + line[(x * channels) + 1] + line[(x * channels) + 2] < 3 * 80 ? 1 : 0;
            (line, above) = (above, line);
        }

        return (width, height, corner, (double)dark / (width * height));
    }

    private static int Paeth(int left, int up, int upLeft)
    {
        var (a, b, c) = (Math.Abs(up - upLeft), Math.Abs(left - upLeft), Math.Abs(left + up - (2 * upLeft)));
        return a <= b && a <= c ? left : b <= c ? up : upLeft;
    }
}
