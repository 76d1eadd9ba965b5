namespace Acci.Generation.Workflows;

/// <summary>A container that runs beside a job. Source: GitHub's documentation, "Workflow syntax", <c>jobs.&lt;job_id&gt;.services</c>.</summary>
/// <param name="Name">The host name by which the job's containers know it.</param>
/// <param name="Image">The image; by digest, so that it is the same one tomorrow.</param>
public sealed record Service(string Name, string Image) : Container(Image);
