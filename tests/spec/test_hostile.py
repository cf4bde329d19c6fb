"""A hostile specification is refused, and runs nothing."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lowerbound.core import Component
from lowerbound.errors import ConfigError, LowerboundError, SpecError, UnknownNameError
from lowerbound.spec import components, parse
from tests.runs.audit import ran, watched

quick = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

HOSTILE = {
    "import": "__import__('os').system('touch {canary}')",
    "import call": "__import__('os')",
    "open": "open('{canary}', 'w')",
    "eval": "eval('1')",
    "exec": "exec('1')",
    "getattr": "getattr(ELBO, '__init__')",
    "print": "print('x')",
    "module function": "system('touch {canary}')",
    "dotted": "os.system('touch {canary}')",
    "attribute": "ELBO().__class__",
    "attribute call": "ELBO().__class__.__base__.__subclasses__()",
    "attribute in argument": "ELBO(beta=ELBO().samples)",
    "lambda": "(lambda: 1)()",
    "lambda argument": "ELBO(beta=lambda: 1)",
    "list comprehension": "[open('{canary}', 'w') for _ in (1,)]",
    "set comprehension": "{{x for x in (1,)}}",
    "dict comprehension": "{{x: 1 for x in (1,)}}",
    "generator": "ELBO(beta=(x for x in (1,)))",
    "f-string": "f'{{1}}'",
    "f-string call": "ELBO(beta=f\"{{open('{canary}', 'w')}}\")",
    "bytes": "b'abc'",
    "complex": "1j",
    "ellipsis": "...",
    "set": "{{1, 2}}",
    "power tower": "9**9**9",
    "power argument": "ELBO(beta=10**10**10)",
    "shift": "1 << 100000",
    "string times": "'a' * 1000000000",
    "list times": "[0] * 1000000000",
    "number times": "5 * 5",
    "component times string": "ELBO() * 'a'",
    "division": "ELBO() / 2",
    "difference": "ELBO() - IWAE(1)",
    "matrix product": "ELBO() @ ELBO()",
    "modulo": "'%s' % 1",
    "invert": "~1",
    "not": "not ELBO()",
    "negated component": "-ELBO()",
    "comparison": "ELBO() == ELBO()",
    "and": "ELBO() and IWAE(1)",
    "conditional": "ELBO() if 1 else IWAE(1)",
    "subscript": "ELBO()[0]",
    "subscript list": "[ELBO()][0]",
    "call of call": "ELBO()()",
    "call of string": "'open'('{canary}')",
    "starred arguments": "IWAE(*[1])",
    "starred keywords": "IWAE(**{{'samples': 1}})",
    "starred list": "[*[1]]",
    "unpacked dict": "{{**{{'a': 1}}}}",
    "unhashable key": "{{[1]: 2}}",
    "unhashable nested key": "{{(1, [2]): 3}}",
    "keyword twice": "ELBO(beta=1.0, beta=2.0)",
    "walrus": "(x := ELBO())",
    "await": "await ELBO()",
    "yield": "(yield)",
    "statement": "import os",
    "two statements": "ELBO(); ELBO()",
    "assignment": "x = ELBO()",
    "name": "ELBO",
    "name as argument": "ELBO(beta=ELBO)",
    "builtin as argument": "ELBO(beta=open)",
    "dunder keyword": "ELBO(__class__=1)",
    "unknown keyword": "ELBO(gamma=1)",
    "too many arguments": "ELBO(1, 2, 3, 4)",
    "base class": "Component()",
    "abstract term": "Term()",
    "abstract objective": "Objective()",
    "abstract schedule": "Schedule()",
    "abstract network": "Network()",
    "abstract family": "Family()",
    "abstract model": "Model()",
    "abstract level": "Level()",
    "function of the package": "activation('relu')",
    "protocol": "Batches()",
    "strings for parts": "Conditional('a', 'b')",
    "class names for parts": "Conditional('Bernoulli', 'MLP')",
    "number for a part": "Constant(1)",
    "attribute of the model": "VAE([], {{'pop': Bernoulli((2,))}})",
    "dot in a name": "VAE([], {{'a.b': Bernoulli((2,))}})",
    "homoglyph": "\u0415LBO()",
    "fullwidth import": "\uff3f\uff3fimport\uff3f\uff3f('os')",
    "bidirectional": "ELBO()\u202e",
    "surrogate": "\ud800",
    "null": "ELBO(\x00)",
    "only null": "\x00",
    "empty": "",
    "blank": "  \n ",
    "unclosed": "ELBO(",
    "many brackets": "(" * 100_000,
    "closed brackets": "(" * 5_000 + ")" * 5_000,
    "deep list": "[" * 90 + "]" * 90,
    "deep calls": "ELBO(" * 150 + ")" * 150,
    "deeper calls": "ELBO(" * 5_000 + ")" * 5_000,
    "deep sum": " + ".join(["ELBO()"] * 9_000),
    "many signs": "-" * 1_000 + "1",
    "more signs": "-" * 50_000 + "1",
    "a million characters": "a" * 1_000_000,
    "a million spaces": "ELBO(" + " " * 1_000_000 + ")",
    "digits": "IWAE(" + "1" * 5_000 + ")",
    "hexadecimal digits": "IWAE(0x" + "f" * 5_000 + ")",
    "overflowing float": "ELBO(beta=1e400)",
}


def own_names() -> set[str]:
    """Words in the annotations of the components' arguments: evaluating those runs nothing of the user's."""
    parse("VAE([Latent('z', StandardNormal((2,)), StandardNormal((2,)))], {'x': Bernoulli((2,))})")  # imports are done
    texts = [str(text) for cls in components().values() for text in cls.__init__.__annotations__.values()]
    return set(re.findall(r"\w+", " ".join(texts)))


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """Return a file that only a specification which runs would make."""
    return tmp_path / "canary"


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_specification_runs_nothing(what: str, canary: Path) -> None:
    text = HOSTILE[what].replace("{{", "{").replace("}}", "}").replace("{canary}", str(canary))
    ours = own_names()
    with watched() as events, pytest.raises((SpecError, UnknownNameError)) as caught:
        parse(text)
    assert ran(events, ours) == []
    assert not canary.exists()
    assert len(str(caught.value)) < 2_000


@pytest.mark.parametrize(
    "text",
    [
        "ELBO(beta='x')",
        "ELBO(beta=[1])",
        "ELBO(beta=None)",
        "ELBO(samples=0)",
        "IWAE('a')",
        "IWAE(-1)",
        "IWAE(2.5)",
        "IWAE(True)",
        "Linear('a', 1, 2)",
        "Linear(0, 1, 2.5)",
        "Linear(0, 1, 0)",
        "Cyclical(0, 1, 4, ramp=2)",
        "Cyclical(0, 1, 4, cycles='a')",
        "None * ELBO()",
        "True * ELBO()",
        "{'a': 1} * ELBO()",
        "Scaled('a', ELBO())",
        "Sum(ELBO(), IWAE(2))",
        "Sum(1, 2)",
        "ELBO() * 5",
        "ELBO() + 5",
        "SemiSupervised('a')",
        "Bernoulli('ab')",
        "Bernoulli(4)",
        "Bernoulli((-1,))",
        "Bernoulli((2.5,))",
        "Normal((4,), floor='a')",
        "Normal((4,), variance='x')",
        "Normal((4,), variance=-1.0)",
        "Categorical((4,), 2.5)",
        "Categorical((4,), 1)",
        "Latent('z', 1, 2)",
        "Latent(1, StandardNormal((2,)), None)",
        "VAE([], 'x')",
        "VAE([1], Bernoulli((2,)))",
        "MLP(((3,),), (2,), hidden=(0,))",
        "MLP(((3,),), (2,), hidden=('a',))",
        "MLP(((3,),), (2,), nonlinearity='rel')",
        "MLP(3, 2)",
        "ConvEncoder(((3,),), (2,))",
        "ConvEncoder(((1, 4, 4),), (2,), channels=())",
        "ConvEncoder((), (2,))",
        "Conditional(Bernoulli((2,)), MLP(((2,),), (3,)))",
        "CholeskyNormal((2, 2))",
        "PrecisionWeighted(1)",
        "Standardized(MLP(((3,),), (2,)), shift='a')",
    ],
)
def test_impossible_arguments_are_refused(text: str) -> None:
    with pytest.raises(LowerboundError):
        parse(text)


NAMES = sorted(components())
values: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(["1", "-1", "0", "2.5", "'a'", "None", "True", "()", "[]", "{}", "(2,)", "((3,),)", "'relu'"]),
    lambda inner: st.one_of(
        st.builds("({},)".format, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{{}: {}}}".format, inner, inner),
        st.builds("{} {} {}".format, inner, st.sampled_from(["+", "*", "-", "**", "and"]), inner),
        st.builds("{}({})".format, st.sampled_from(NAMES), st.lists(inner, max_size=4).map(", ".join)),
        st.builds(
            "{}({}={})".format,
            st.sampled_from(NAMES),
            st.sampled_from(["beta", "samples", "event_shape"]),
            inner,
        ),
    ),
    max_leaves=8,
)


@quick
@given(values)
def test_any_expression_builds_or_is_refused(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of layers without elements
        try:
            made = parse(text)
        except LowerboundError:
            return
    if isinstance(made, Component):
        assert repr(parse(repr(made))) == repr(made)


@quick
@given(st.text(max_size=40) | st.text("ELBOIWA()[]{}*+-.,'\"=0123456789eE_:\\ \n", max_size=40))
def test_any_text_builds_or_is_refused(text: str) -> None:
    try:
        parse(text)
    except ConfigError:
        return
