using Acci.Delivery.Signing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>A workflow that others can call says so in many ways of writing.</summary>
public sealed class WorkflowYamlTests
{
    private const string File = ".github/workflows/x.yml";

    [Theory]
    [InlineData("on: workflow_call\n")]
    [InlineData("'on': 'workflow_call'\n")]
    [InlineData("on:\n  workflow_call:\n    inputs: {}\n")]
    [InlineData("on:\n- push\n- workflow_call\n")]
    [InlineData("{name: x, on: [push, workflow_call]}\n")]
    [InlineData("{on: {? workflow_call : {}}}\n")]
    [InlineData("# c\ron:\r  workflow_call:\r")]
    [InlineData("# c\r\non:\r\n  workflow_call:\r\n")]
    [InlineData("\uFEFFon: workflow_call")]
    [InlineData("on: {\"workflow\\x5fcall\": {}}\n")]
    [InlineData("on: [\"\\u0077orkflow_c\\U00000061ll\"]\n")]
    [InlineData("on: \"workflow_\\\n  call\"\n")]
    [InlineData("env:\n  X: &call workflow_call\non: *call\n")]
    [InlineData("x-on: &on {workflow_call: {}}\non: *on\n")]
    [InlineData("on: &call\n  workflow_call: {}\n")]
    [InlineData("on: !!str workflow_call\n")]
    [InlineData("on: >-\n  workflow_call\n")]
    [InlineData("%YAML 1.2\n---\non: workflow_call\n...\n")]
    [InlineData("name: x\n---\non: workflow_call\n")]
    public void Whoever_others_can_call_is_seen_in_any_way_of_writing(string text) => Assert.True(WorkflowYaml.IsCallable(File, text));

    [Theory]
    [InlineData("on: push\n")]
    [InlineData("# not workflow_call\non: [push] # nor here: workflow_call\n")]
    [InlineData("on:\r  push: # workflow_call\r    branches: [main]\r")]
    [InlineData("on: {workflow_dispatch: {}, workflow_run: {workflows: [call]}}\n")]
    public void A_comment_calls_nobody(string text) => Assert.False(WorkflowYaml.IsCallable(File, text));

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("on")]
    [InlineData("o\0n\0:\0 \0w\0o\0r\0k\0")]
    [InlineData("on: [push\n")]
    [InlineData("on: \"push\n")]
    [InlineData("on: push\n\ton: workflow_call\n")]
    [InlineData("on: {\"a\\q\": 1}\n")]
    public void What_cannot_be_read_is_an_error_that_names_the_file(string text)
    {
        var failure = Assert.Throws<DeliveryException>(() => WorkflowYaml.IsCallable(File, text));

        Assert.StartsWith(File, failure.Message, StringComparison.Ordinal);
        Assert.Contains("it is not known whether other repositories can call it", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Depth_is_refused_and_takes_no_time(char bracket)
    {
        var failure = Assert.Throws<DeliveryException>(() => WorkflowYaml.IsCallable(File, $"on: {new string(bracket, 500_000)}"));

        Assert.StartsWith($"{File} is nested too deeply", failure.Message, StringComparison.Ordinal);
    }
}
