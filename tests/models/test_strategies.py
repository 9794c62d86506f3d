"""Models under a strategy of two replicas: their noise, what they learn, and that they can be watched and saved."""

import subprocess
import sys
from pathlib import Path


def test_two_replicas_have_noise_of_their_own_and_do_what_one_device_does(tmp_path):
    """Two logical CPUs: the devices must be made before TensorFlow starts, hence the process."""
    command = [sys.executable, str(Path(__file__).with_name("two_replicas.py")), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
