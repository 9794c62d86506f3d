"""What conditions are worth: labels on MNIST, few labels, and what a step costs."""

import numpy as np

from quoted.markdown import results, table


def conditional_mnist() -> str:
    """Likelihoods, Bayes's rule and samples of a class, at two betas."""
    rows = []
    for name, row in results("conditions")["rows"].items():
        nll = f"{row['nll']['mean']:.2f} ± {row['nll']['standard_error']:.2f}"
        if "accuracy" in row:
            shares = [f"{100 * row[key]:.2f} %" for key in ("accuracy", "as_asked")]
            others = [f"{row['nats_of_label']:.2f}", shares[0], f"{row['calibration_error']:.3f}", shares[1]]
        else:
            others = [""] * 4
        rows.append([name, nll, *others, f"{row['minutes']:.0f}"])
    head = ["model", "−log p(x), or −log p(x\\|c), nats", "log p(x\\|c) − log p(x)", "Bayes's rule"]
    return table([*head, "calibration error", "samples as asked", "minutes"], rows)


def judge_of_samples() -> str:
    """How often the classifier that judges samples is right about test images."""
    return f"{100 * results('conditions')['settings']['classifier_accuracy']:.1f} %"


def few_labels() -> str:
    """Digits found with 100 labels, mean and range."""
    rows = [
        [name, f"{100 * np.mean(found):.1f} %", f"{100 * min(found):.1f} to {100 * max(found):.1f} %"]
        for name, found in results("few_labels")["rows"].items()
    ]
    return table(["100 labels", "mean", "range"], rows)


def condition_speed() -> str:
    """The cost of a step with a condition over one without."""
    rows = results("condition_speed")["rows"]
    return " and ".join(f"{row['ratio']:.2f} ({name})" for name, row in rows.items())
