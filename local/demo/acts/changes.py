"""The second half of the day: registered models are retrained, relabelled, dropped and previewed."""

from __future__ import annotations

from local.demo.act import PRODUCTION, Act, decided, deleted, registered, version
from local.demo.acts.creation import CHURN, REVENUE
from local.people.expectations import Account, Told
from local.people.steps import Alias, Assume, DryRun, Labels, NewDataset, Sql

_ALIASED = version("prod_sales-churn@1", "default", "eu-test", "prod")
RETRAINED = version("prod_sales-churn@2", "default", "eu-test", "prod")
_UPSELL = version("upsell@1", "default", "prod")
_UPSELL_ALIASED = version("upsell@1", "default", "eu-test", "prod")
UPSELL_RETRAINED = version("upsell@2", "default", "eu-test", "prod")
_IN_A, _IN_B = (version(f"prod_{letter}-churn@1", "default", "prod") for letter in "ab")
CHAMPION = version("prod_a-churn@1", "champion", "default")

# Models, with the versions that they are registered as.
_CHURN_2 = ("prod_sales.churn", "prod_sales-churn@2")
_UPSELL_2 = ("prod_sales.upsell", "upsell@2")
_ADOPTED = "ALREADY_REGISTERED"

_TRAIN_UPSELL = Sql(
    "CREATE OR REPLACE MODEL prod_sales.upsell\n"
    "OPTIONS (model_type = 'LINEAR_REG', input_label_cols = ['amount'],\n"
    "         model_registry = 'VERTEX_AI', vertex_ai_model_id = 'upsell') AS\n"
    "SELECT * EXCEPT (customer_id) FROM prod_sales.orders",
    job_labels=PRODUCTION,
)
_WIDER_POLICY = """\
version: 1
label_sources: [model, job, dataset]
rules:
  - name: every-dataset
    match: {labels: {vertex: "register"}}
    register: {id: "{dataset}-{model}", aliases: ["{labels.stage}"]}"""


def _survival(whether: bool) -> Assume:
    return Assume({"labels_survive_replace": whether, "registry_model_survives_replace": whether})


def _retrained(model: str, vertex: str, gone: str) -> tuple[Told, ...]:
    """The events of a model whose replacing statement registers it, and whose alias moves on."""
    return (
        Told("model.v1.registered", model, vertex, reason=_ADOPTED),
        Told("model.v1.replaced", model, vertex, gone=gone, reason=_ADOPTED),
        Told("alias.v1.carriedover", model, vertex, "eu-test", reason=_ADOPTED),
        Told("alias.v1.assigned", model, vertex, "prod", reason=_ADOPTED),
    )


CHANGES = (
    Act(
        title="A model comes registered, by its SQL options: adopted under the id that it has",
        steps=(_TRAIN_UPSELL,),
        expected=Account(
            decisions=decided("prod_sales.upsell", _ADOPTED, "OWN_ECHO"),
            registry=(CHURN, REVENUE, _UPSELL),
            events=registered("prod_sales.upsell", "upsell@1", "prod", _ADOPTED),
        ),
    ),
    Act(
        title="A colleague adds aliases in Vertex AI: remembered at the next decision on each model",
        steps=(
            Alias("prod_sales-churn@1", "eu-test"),
            Alias("upsell@1", "eu-test"),
            Labels("prod_sales.churn", {"reviewed": "yes"}),
            Labels("prod_sales.upsell", {"reviewed": "yes"}),
        ),
        expected=Account(
            decisions=decided("prod_sales.churn", "RULE_MATCHED")
            | decided("prod_sales.upsell", _ADOPTED),
            registry=(_ALIASED, REVENUE, _UPSELL_ALIASED),
        ),
    ),
    Act(
        title="Retrained, if a replace spares labels: a new version, with the colleague's alias",
        steps=(
            _survival(True),
            Sql(
                "CREATE OR REPLACE MODEL prod_sales.churn\n"
                "OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['churned'],\n"
                "         model_registry = 'VERTEX_AI', vertex_ai_model_id = 'prod_sales-churn') AS\n"
                "SELECT * FROM prod_sales.customers"
            ),
        ),
        expected=Account(
            decisions=decided("prod_sales.churn", _ADOPTED),
            registry=(RETRAINED, REVENUE, _UPSELL_ALIASED),
            events=_retrained(*_CHURN_2, gone="prod_sales-churn@1"),
        ),
    ),
    Act(
        title="The other statement again, if a replace spares nothing: the alias is carried over all the same",
        steps=(_survival(False), _TRAIN_UPSELL),
        expected=Account(
            decisions=decided("prod_sales.upsell", _ADOPTED, "OWN_ECHO"),
            registry=(RETRAINED, REVENUE, UPSELL_RETRAINED),
            events=_retrained(*_UPSELL_2, gone="upsell@1"),
        ),
    ),
    Act(
        title="Two datasets have a model of one name: two ids, and neither a version of the other",
        steps=(
            NewDataset("prod_a"),
            NewDataset("prod_b"),
            *(
                Sql(
                    f"CREATE MODEL {dataset}.churn OPTIONS (model_type = 'LOGISTIC_REG') AS\n"
                    f"SELECT * FROM {dataset}.customers",
                    job_labels=PRODUCTION,
                )
                for dataset in ("prod_a", "prod_b")
            ),
        ),
        expected=Account(
            decisions=decided("prod_a.churn", "RULE_MATCHED", "OWN_ECHO")
            | decided("prod_b.churn", "RULE_MATCHED", "OWN_ECHO"),
            registry=(_IN_A, _IN_B, RETRAINED, REVENUE, UPSELL_RETRAINED),
            events=(
                *registered("prod_a.churn", "prod_a-churn@1", "prod"),
                *registered("prod_b.churn", "prod_b-churn@1", "prod"),
            ),
        ),
    ),
    Act(
        title="One label changes: the alias moves. Another goes: told, and the model is left as it is",
        steps=(
            Labels("prod_a.churn", {"stage": "champion"}),
            Labels("prod_sales.churn", {"vertex": None}),
        ),
        expected=Account(
            decisions=decided("prod_a.churn", "RULE_MATCHED")
            | decided("prod_sales.churn", "LABEL_REMOVED"),
            registry=(CHAMPION, _IN_B, RETRAINED, REVENUE, UPSELL_RETRAINED),
            events=(
                Told("alias.v1.assigned", "prod_a.churn", "prod_a-churn@1", "champion"),
                Told(
                    "alias.v1.removed",
                    "prod_a.churn",
                    "prod_a-churn@1",
                    "prod",
                    reason="ALIAS_WITHDRAWN",
                ),
                Told(
                    "model.v1.rejected",
                    "prod_sales.churn",
                    "prod_sales-churn@2",
                    reason="LABEL_REMOVED",
                ),
            ),
        ),
    ),
    Act(
        title="A model is dropped, and its version with it",
        steps=(Sql("DROP MODEL prod_b.churn"),),
        expected=Account(
            decisions=decided("prod_b.churn", "MODEL_DELETED"),
            registry=(CHAMPION, RETRAINED, REVENUE, UPSELL_RETRAINED),
            events=(deleted("prod_b.churn", "prod_b-churn@1"),),
        ),
    ),
    Act(
        title="A dry run of a wider policy, beside the first function: all is told, nothing changed",
        steps=(DryRun(_WIDER_POLICY), Labels("scratch.segments", {"reviewed": "yes"})),
        expected=Account(
            decisions=decided("scratch.segments", "NO_RULE_MATCHED")
            | {("scratch.segments", "RULE_MATCHED", "dry run")},
            registry=(CHAMPION, RETRAINED, REVENUE, UPSELL_RETRAINED),
            events=(
                Told("model.v1.registered", "scratch.segments", "scratch-segments", dry_run=True),
                Told(
                    "alias.v1.assigned",
                    "scratch.segments",
                    "scratch-segments",
                    "prod",
                    dry_run=True,
                ),
            ),
        ),
    ),
)
