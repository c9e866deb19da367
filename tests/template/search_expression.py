"""Which metrics a dashboard's SEARCH finds, as CloudWatch decides it.

Source: CloudWatch user guide, "CloudWatch search expression syntax": what stands in double quotes is a whole name or value; without them
it is tokens (words, as capitals, digits and other signs part them), which must follow one upon the other in the name, several in their own
case. Terms that are all to hold are read, with or without `Property=`; OR, NOT and parentheses are refused.
"""

import re
from dataclasses import dataclass

_SEARCH = re.compile(r"SEARCH\('\{(?P<schema>[^}]*)\}(?P<terms>[^']*)', '(?P<statistic>\w+)', (?P<period>\d+)\)")
_TERM = re.compile(r'\s*(?:(?P<property>\w+)=)?(?:"(?P<exact>[^"]*)"|(?P<partial>[^\s"()=]+))')
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Metric:
    namespace: str
    name: str
    dimensions: dict[str, str]


def finds(expression: str, metric: Metric) -> bool:
    """Raises `ValueError` for an expression that is not of this kind."""
    read = _SEARCH.fullmatch(expression)
    if read is None:
        raise ValueError(f"no search: {expression}")
    namespace, *dimensions = (name.strip().strip('"') for name in read["schema"].split(","))
    if namespace != metric.namespace or set(dimensions) != set(metric.dimensions):
        return False
    at, terms = 0, read["terms"].rstrip()
    while at < len(terms):
        term = _TERM.match(terms, at)
        if term is None or term["partial"] in ("AND", "OR", "NOT"):
            raise ValueError(f"cannot read {terms[at:]}")
        if not _holds(term, metric):
            return False
        at = term.end()
    return True


def _holds(term: re.Match[str], metric: Metric) -> bool:
    properties = {"Namespace": metric.namespace, "MetricName": metric.name, **metric.dimensions}
    looked_at = [properties[term["property"]]] if term["property"] else [*properties.values(), *metric.dimensions]
    if term["exact"] is not None:
        return term["exact"] in looked_at
    return any(_partly(term["partial"], text) for text in looked_at)


def _partly(wanted: str, text: str) -> bool:
    words, among = _WORD.findall(wanted), _WORD.findall(text)
    if len(words) == 1:
        return words[0].lower() in [word.lower() for word in among] + ["".join(among).lower()]
    return any(among[at : at + len(words)] == words for at in range(len(among)))
