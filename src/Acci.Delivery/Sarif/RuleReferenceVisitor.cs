using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Sarif;

/// <summary>
/// Visits what refers to a tool's rules and what refers to its notifications apart: both are references to reporting descriptors by index, into two different lists.
/// Source: SARIF 2.1.0, 3.52 "reportingDescriptorReference object".
/// </summary>
internal abstract class RuleReferenceVisitor : SarifRewritingVisitor
{
    /// <summary>A reference to a rule.</summary>
    protected abstract void Rule(ReportingDescriptorReference reference);

    /// <summary>A reference to a kind of notification.</summary>
    protected abstract void Notification(ReportingDescriptorReference reference);

    /// <inheritdoc/>
    public override ReportingDescriptorReference VisitReportingDescriptorReference(ReportingDescriptorReference node)
    {
        Rule(node);
        return base.VisitReportingDescriptorReference(node);
    }

    /// <inheritdoc/>
    public override Notification VisitNotification(Notification node)
    {
        // Kept out of the way of the visit, which would take it for a rule's.
        var descriptor = node.Descriptor;
        node.Descriptor = null;
        base.VisitNotification(node);
        node.Descriptor = descriptor;
        Move(descriptor);
        return node;
    }

    /// <inheritdoc/>
    public override Invocation VisitInvocation(Invocation node)
    {
        var overrides = node.NotificationConfigurationOverrides;
        node.NotificationConfigurationOverrides = null;
        base.VisitInvocation(node);
        node.NotificationConfigurationOverrides = overrides;
        foreach (var item in overrides ?? []) Move(item?.Descriptor);
        return node;
    }

    private void Move(ReportingDescriptorReference? descriptor)
    {
        if (descriptor is null) return;
        Notification(descriptor);
        base.VisitReportingDescriptorReference(descriptor);
    }
}
