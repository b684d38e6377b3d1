"""Functions that a file brings along, and branches that are decided, become nodes of the graph."""

from __future__ import annotations

import numpy as np
import pytest

from tests.io.onnx.importing.graphs import graph, random
from xpnet.errors import ModelFileError
from xpnet.io.onnx import import_onnx

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")

X = {"x": ["N", 3]}
x = random(4, 3)


def node(*arguments, **options):
    return onnx.helper.make_node(*arguments, **options)


def require_as_in_runtime(model):
    session = runtime.InferenceSession(model.SerializeToString())
    found = import_onnx(model).predict(x)
    np.testing.assert_allclose(found, session.run(None, {"x": x})[0], rtol=1e-5, atol=1e-6)
    return found


# ---- functions ---------------------------------------------------------------------------------


def with_functions(nodes, functions, arrays=()):
    model = graph(nodes, X, "y", arrays)
    model.opset_import.add(domain="own", version=1)
    model.functions.extend(functions)
    return model


def function(name, inputs, outputs, nodes, attributes=(), defaults=(), opset=18):
    sets = [onnx.helper.make_opsetid("", opset), onnx.helper.make_opsetid("own", 1)]
    return onnx.helper.make_function(
        "own", name, inputs, outputs, nodes, sets, list(attributes), list(defaults)
    )


def leaky():
    """a leaky(x) + x, whose slope is the caller's or 0.5"""
    inner = node("LeakyRelu", ["a"], ["t"])
    attribute = inner.attribute.add(name="alpha", ref_attr_name="slope")
    attribute.type = onnx.AttributeProto.FLOAT
    default = onnx.helper.make_attribute("slope", 0.5)
    return function("leaky", ["a"], ["b"], [inner, node("Add", ["t", "a"], ["b"])], [], [default])


def test_a_function_is_computed_as_onnxruntime_does():
    calls = [("leaky", "x", "t", {"domain": "own", "slope": 0.1}),
             ("leaky", "t", "u", {"domain": "own"}), ("Mul", "u w", "y")]  # fmt: skip
    model = with_functions(calls, [leaky()], {"w": random(3, seed=1)})
    require_as_in_runtime(model)
    assert [name for name, _ in import_onnx(model).named_parameters()] == ["w"]


def test_functions_may_call_functions():
    twice = function("twice", ["a"], ["b"], [
        node("leaky", ["a"], ["t"], domain="own", slope=0.3),
        node("leaky", ["t"], ["b"], domain="own"),
    ])  # fmt: skip
    require_as_in_runtime(
        with_functions([("twice", "x", "y", {"domain": "own"})], [leaky(), twice])
    )


def test_an_output_may_be_an_input():
    same = function("same", ["a"], ["a"], [])
    found = import_onnx(with_functions([("same", "x", "y", {"domain": "own"})], [same])).predict(x)
    np.testing.assert_array_equal(found, x)


def test_a_function_that_calls_itself_is_refused():
    endless = function("endless", ["a"], ["b"], [node("endless", ["a"], ["b"], domain="own")])
    with pytest.raises(ModelFileError, match="functions and branches must end, got 64 in each oth"):
        import_onnx(with_functions([("endless", "x", "y", {"domain": "own"})], [endless]))


def test_functions_that_grow_without_end_are_refused():
    """Each calls the one before twice: 40 of them would have a million million nodes."""
    made = [function("f0", ["a"], ["b"], [node("Relu", ["a"], ["b"])])]
    for i in range(40):
        calls = [
            node(f"f{i}", ["a"], ["t"], domain="own"),
            node(f"f{i}", ["t"], ["b"], domain="own"),
        ]
        made.append(function(f"f{i + 1}", ["a"], ["b"], calls))
    with pytest.raises(ModelFileError, match="functions must have at most 20,000 nodes"):
        import_onnx(with_functions([("f40", "x", "y", {"domain": "own"})], made))


def test_calls_of_which_nothing_comes_are_counted_too():
    made = [function("f0", ["a"], ["b"], [])]
    for i in range(40):
        calls = [node(f"f{i}", ["a"], [""], domain="own") for _ in range(2)]
        made.append(function(f"f{i + 1}", ["a"], ["b"], calls))
    with pytest.raises(ModelFileError, match="functions must be called at most 20,000 times"):
        import_onnx(with_functions([("f40", "x", "y", {"domain": "own"})], made))


def test_functions_with_another_version_and_wrong_calls_are_named():
    call = [("leaky", "x", "y", {"domain": "own"})]
    old = leaky()
    old.opset_import[0].version = 13
    with pytest.raises(ModelFileError, match="of the graph, version 18, got 13 in 'leaky'"):
        import_onnx(with_functions(call, [old]))
    call = [("leaky", "x x", "y", {"domain": "own"})]
    with pytest.raises(ModelFileError, match="'leaky' must be called with at most 1 inputs and 1"):
        import_onnx(with_functions(call, [leaky()]))


# ---- branches ----------------------------------------------------------------------------------


def branch(name, op, *inputs, arrays=()):
    made = [onnx.numpy_helper.from_array(np.asarray(a), n) for n, a in dict(arrays).items()]
    output = onnx.helper.make_tensor_value_info("r", onnx.TensorProto.FLOAT, None)
    return onnx.helper.make_graph([node(op, list(inputs), ["r"])], name, [], [output], made)


def decision(before=(), arrays=()):
    branches = {
        "then_branch": branch("yes", "Mul", "x", "w", arrays={"w": random(3, seed=2)}),
        "else_branch": branch("no", "Neg", "x"),
    }
    return graph([*before, ("If", "c", "t", branches), ("Relu", "t", "y")], X, "y", arrays)


@pytest.mark.parametrize("truth", [True, False])
def test_a_constant_condition_decides(truth):
    model = decision(arrays={"c": np.asarray(truth)})
    found = require_as_in_runtime(model)
    assert np.array_equal(found, np.maximum(-x, 0)) != truth
    names = [name for name, _ in import_onnx(model).named_parameters()]
    assert names == (["t.w"] if truth else [])


def test_a_constant_node_and_its_opposite_decide_too():
    value = onnx.helper.make_tensor("v", onnx.TensorProto.BOOL, [], [True])
    before = [("Constant", "", "d", {"value": value}), ("Not", "d", "c")]
    found = import_onnx(decision(before)).predict(x)
    np.testing.assert_array_equal(found, np.maximum(-x, 0))


def test_branches_in_branches_are_decided():
    inside = decision(arrays={"c": np.asarray(True)}).graph
    inner = onnx.helper.make_graph(
        list(inside.node), "inner", [], list(inside.output), list(inside.initializer)
    )
    model = graph(
        [("If", "d", "z", {"then_branch": inner, "else_branch": branch("no", "Neg", "x")}),
         ("Neg", "z", "y")],
        X, "y", {"d": np.asarray(True)},
    )  # fmt: skip
    require_as_in_runtime(model)


def test_a_condition_that_the_input_decides_is_named():
    before = [("ReduceMax", "x", "m", {"keepdims": 0}), ("IsNaN", "m", "c")]
    with pytest.raises(
        ModelFileError, match="operators must be supported, got 'If' in the node of"
    ):
        import_onnx(decision(before))


def test_a_decision_without_its_branch_is_refused():
    model = decision(arrays={"c": np.asarray(True)})
    del model.graph.node[0].attribute[:]
    with pytest.raises(ModelFileError, match="must have a then_branch with as many outputs"):
        import_onnx(model)
