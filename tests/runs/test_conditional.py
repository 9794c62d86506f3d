import pytest

from keras_vae.conditions import Covariates, Labels
from keras_vae.runs.conditional import check_unconditional, checked_conditional, labels_for, value_of
from keras_vae.runs.own_data import open_splits

from ..tiny_models import conditional_vae, tiny_vae

pytestmark = pytest.mark.usefixtures("eagerly")


def test_the_classes_of_data(tmp_path):
    assert labels_for("digits", False) is None
    digits = labels_for("digits", True)
    assert (digits.num_classes, digits.names) == (10, None)
    path = tmp_path / "t.csv"
    path.write_text("age,kind\n1,plum\n2,fig\n3,plum\n")
    assert labels_for(str(path), "kind", own=open_splits(str(path), 0.4, "kind")).names == ["fig", "plum"]
    path.write_text("age,kind\n1,plum\n2,plum\n3,plum\n")
    with pytest.raises(ValueError, match=r"t\.csv' has one class, 'plum'.*without `conditional`"):
        labels_for(str(path), "kind", own=open_splits(str(path), 0.4, "kind"))


def test_data_are_conditional_where_the_model_is():
    unconditional, conditional = tiny_vae(), conditional_vae(Labels(3))
    assert checked_conditional(unconditional) is False
    assert [checked_conditional(conditional, asked) for asked in (False, True, "kind")] == [True, True, "kind"]
    with pytest.raises(ValueError, match=r"has no condition: leave out `conditional`.*Received: conditional='kind'"):
        checked_conditional(unconditional, "kind")
    with pytest.raises(ValueError, match=r"Covariates\(2\), and a dataset has labels alone. Use the model in Python"):
        checked_conditional(conditional_vae(Covariates(2)))


def test_commands_without_conditions_say_so():
    check_unconditional(tiny_vae(), "keras-vae restore", "infer(x)")
    with pytest.raises(
        ValueError, match=r"`keras-vae restore` takes a model without.*Labels\(3\). In Python `infer\(x\)`"
    ):
        check_unconditional(conditional_vae(Labels(3)), "keras-vae restore", "infer(x)")


def test_classes_by_name_and_number():
    vae = conditional_vae(Labels(3, ["ape", "cat", "dog"]))
    assert [value_of(vae, text, "`sample`") for text in ("dog", "1", None)] == [2, 1, None]
    with pytest.raises(ValueError, match="no class 'cow'"):
        value_of(vae, "cow", "`sample`")
    aged = conditional_vae(Covariates(1))
    for model, has in ((tiny_vae(), "no condition"), (aged, r"the condition Covariates\(1\)")):
        with pytest.raises(ValueError, match=f"`condition` .* of `sample` is a class, and the model has {has}"):
            value_of(model, "1", "`sample`")
