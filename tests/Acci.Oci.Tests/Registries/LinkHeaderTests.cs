using Acci.Oci.Registries;

namespace Acci.Oci.Tests.Registries;

/// <summary>RFC 8288, section 3, and its appendix B.</summary>
public sealed class LinkHeaderTests
{
    [Theory]
    [InlineData("</a?last=1,2;3>; rel=\"next\"", "/a?last=1,2;3")]
    [InlineData("</a>; rel=next", "/a")]
    [InlineData("</a>;REL=Next", "/a")]
    [InlineData("</a>; rel = \"next\"", "/a")]
    [InlineData("</a>; rel=\"last next\"", "/a")]
    [InlineData("</a>; title=\"x, <y>; rel=prev\"; rel=\"next\"", "/a")]
    [InlineData("</a>; title=\"say \\\"hi\\\"\"; rel=next", "/a")]
    [InlineData("</0>; rel=\"prev\", </a>; rel=\"next\"", "/a")]
    [InlineData(", </0>; rel=first,, </a>; rel=next ,", "/a")]
    [InlineData("<https://example.com/a>; rel=\"next\"", "https://example.com/a")]
    [InlineData("<>; rel=next", "")]
    [InlineData("</a>; title=a b; rel=\"next\"", "/a")]
    [InlineData("</a>; title=a/b?c=\"d\"; rel=\"next\"", "/a")]
    [InlineData("</a>; title='a; b'; rel=\"next\"", "/a")]
    [InlineData("</a>; title*=UTF-8''a%20b; rel=\"next\"", "/a")]
    [InlineData("</a>; rel=\"next\tprev\"", "/a")]
    [InlineData("</a>; rel=next prev", "/a")]
    [InlineData("</a>; flag; rel=next", "/a")]
    [InlineData("</a>; ; rel=next", "/a")]
    [InlineData("</0>; rel=https://example.com/up, </a>; rel=next", "/a")]
    [InlineData("</a>; rel=\"nextpage\"", null)]
    [InlineData("</a>; rel=prev; rel=next", null)]
    [InlineData("</a>; title=\"rel=next\"", null)]
    [InlineData("</a?rel=next>; rel=prev", null)]
    [InlineData("</a>", null)]
    [InlineData("", null)]
    public void The_next_page_is_the_target_of_the_relation(string header, string? target) =>
        Assert.Equal(target, LinkHeader.TargetOf([header], "next"));

    [Fact]
    public void Several_headers_are_one_list() => Assert.Equal("/b", LinkHeader.TargetOf(["</a>; rel=prev", "</b>; rel=next"], "next"));

    [Theory]
    [InlineData("/a; rel=next")]
    [InlineData("</a; rel=next")]
    [InlineData("</a>; rel=\"next")]
    [InlineData("</0>; rel=prev, /a; rel=next")]
    [InlineData("</a> rel=\"next\"")]
    [InlineData("</a>; rel='next'")]
    [InlineData("</a>; foo bar; rel=\"next\"")]
    [InlineData("</a>; title=\"a\" \"b\"; rel=\"next\"")]
    [InlineData("</a>; title= \"a; rel=\"next\"")]
    public void What_is_no_list_of_links_is_not_taken_for_an_empty_one(string header) =>
        Assert.Throws<FormatException>(() => LinkHeader.TargetOf([header], "next"));
}
