"""The label policy: rules, and the decision for one model. First match wins; no rule, no registration.

`decide` is called again with more facts while it returns `Needs`. So a model that its name alone
rules out costs no API call, and a source is read only if the outcome depends on it.
"""

from __future__ import annotations

from bqml_registrar.policy.conditions import Condition
from bqml_registrar.policy.decisions import Decision, Needs, Register, Reject, Skip
from bqml_registrar.policy.facts import Facts, NeededError, OriginUnknownError, Source, model_of
from bqml_registrar.policy.rendering import Renderer, field_value
from bqml_registrar.policy.rules import LabelPolicy, Match, RegisterAs, Rule
from bqml_registrar.policy.vertex_ids import label_value, version_alias, vertex_model_id
from bqml_registrar.reasons import Reason
from bqml_registrar.resources.models import BigQueryModel

_DETAIL_CHARACTERS = 500


def decide(policy: LabelPolicy, facts: Facts) -> Decision | Needs:
    """What the policy says about the model, as far as the facts are read."""
    if facts.is_gone:
        return Skip(Reason.MODEL_GONE)
    try:
        return _decide(policy, facts)
    except NeededError as needed:
        return Needs(needed.source)


def _decide(policy: LabelPolicy, facts: Facts) -> Decision | Needs:
    failed = []
    for rule in policy.rules:
        try:
            condition = failed_condition(rule.match, policy, facts)
        except OriginUnknownError as unknown:
            return _undetermined(rule, unknown.needed, policy, facts)
        if not condition:
            return _decide_by(rule, policy, facts)
        failed.append(f"{rule.name}: {condition}")
    return Skip(Reason.NO_RULE_MATCHED, detail=", ".join(failed)[:_DETAIL_CHARACTERS])


def _undetermined(rule: Rule, needed: str, policy: LabelPolicy, facts: Facts) -> Skip | Reject:
    """An unknown origin makes no noise, unless the model's own labels ask for the rule."""
    detail = f"needs the creating job for {needed}"[:_DETAIL_CHARACTERS]
    if _is_asked_for(rule.match, policy, model_of(facts)):
        return Reject(Reason.ORIGIN_UNKNOWN, rule.name, detail)
    return Skip(Reason.ORIGIN_UNKNOWN, rule.name, detail)


def _is_asked_for(match: Match, policy: LabelPolicy, model: BigQueryModel) -> bool:
    """Whether a label of the model's own meets a condition of the rule; one that is absent is none."""
    own = model.labels if Source.MODEL in policy.label_sources else {}
    return any(key in own and asked.holds(own[key]) for key, asked in match.labels.items())


def _decide_by(rule: Rule, policy: LabelPolicy, facts: Facts) -> Decision | Needs:
    if rule.register is None:
        return Skip(Reason.EXCLUDED_BY_RULE, rule.name)
    try:
        return _registration(rule, rule.register, policy, facts)
    except NeededError as needed:
        return Needs(needed.source, rule.name)


def failed_condition(match: Match, policy: LabelPolicy, facts: Facts) -> str:
    """The first condition that fails, even if others are not known yet; empty if all hold."""
    lost: list[str] = []
    unread: list[NeededError] = []
    for name, condition in _conditions(match):
        try:
            if not condition.holds(field_value(name, policy, facts)):
                return name
        except NeededError as needed:
            unread.append(needed)
        except OriginUnknownError:
            lost.append(name)
    # A source that can still be read may rule the model out: read it before giving up the origin.
    if unread:
        raise unread[0]
    if lost:
        raise OriginUnknownError(", ".join(lost))
    return ""


def _conditions(match: Match) -> list[tuple[str, Condition]]:
    """Conditions by field, the cheap ones first: by the name, the model, labels, the job."""
    fields = [(name, match.fields[name]) for name in FIELD_ORDER if name in match.fields]
    labels = [(f"labels.{key}", condition) for key, condition in match.labels.items()]
    return sorted([*fields, *labels], key=lambda item: item[0] == "creator")


FIELD_ORDER = ("project", "dataset", "model", "location", "model_type", "creator")


def _registration(rule: Rule, register: RegisterAs, policy: LabelPolicy, facts: Facts) -> Decision:
    model = model_of(facts)
    if model.is_remote:
        return Reject(Reason.REMOTE_MODEL, rule.name)
    renderer = Renderer(policy, facts)
    # The id of a registered model can never change: whatever the rule says, it keeps its own.
    model_id = model.registered_as
    if not model_id:
        rendered = renderer.text(register.model_id)
        if not rendered:
            about = f"the id {register.model_id.text}"
            if renderer.missing.get(register.model_id.text) is Reason.ORIGIN_UNKNOWN:
                return _undetermined(rule, about, policy, facts)
            return Reject(Reason.LABEL_MISSING, rule.name, f"for {about}")
        model_id = vertex_model_id(rendered)
    aliases = [version_alias(renderer.text(template)) for template in register.aliases]
    unknown = [renderer.missing.get(template.text) for template in register.aliases]
    return Register(
        reason=Reason.RULE_MATCHED,
        rule=rule.name,
        model_id=model_id,
        shares_id=rule.versions_of,
        aliases=tuple(dict.fromkeys(alias for alias in aliases if alias)),
        labels={key: label_value(text) for key, text in renderer.texts(register.labels).items()},
        description=renderer.text(register.description),
        missing=renderer.missing,
        aliases_known=Reason.ORIGIN_UNKNOWN not in unknown,
    )


def reject_unmatched(decision: Decision, rule: str) -> Decision:
    """Reject if a model that was registered by a rule does not match it any more."""
    if isinstance(decision, Skip) and decision.reason is not Reason.ORIGIN_UNKNOWN and rule:
        return Reject(Reason.LABEL_REMOVED, rule, decision.detail or f"excluded by {decision.rule}")
    return decision


def as_registered(policy: LabelPolicy, rule: str, model: BigQueryModel) -> Register:
    """The decision to keep a registered model as it is, and only announce it."""
    return Register(
        reason=Reason.RULE_MATCHED,
        rule=rule,
        model_id=model.registered_as,
        shares_id=any(known.versions_of for known in policy.rules if known.name == rule),
        aliases=(),
        labels={},
        description="",
        aliases_known=False,
    )
