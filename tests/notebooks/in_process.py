"""Runs the cells of a notebook in this process, as a kernel would: what they print, draw and return is kept."""

import contextlib
import io
import sys
import types

import matplotlib.pyplot as plt
import tensorflow as tf
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from matplotlib_inline.backend_inline import set_matplotlib_formats
from traitlets import Type
from traitlets.config import Config


class KeepingHook(DisplayHook):
    """Publishes what a cell's last line returns, in every form that a kernel would send."""

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        self.shell.display_pub.publish(format_dict, md_dict)


class Shell(InteractiveShell):
    """A shell without a terminal and without a window."""

    display_pub_class = Type(CapturingDisplayPublisher)
    displayhook_class = Type(KeepingHook)

    def enable_gui(self, gui=None):
        pass

    def run(self, source) -> tuple[str, set[str]]:
        """Runs a cell; returns what it printed, and the kinds of what it showed, "stdout" one of them."""
        self.display_pub.outputs.clear()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            result = self.run_cell(source)
        result.raise_error()
        shown = {kind for output in self.display_pub.outputs for kind in output["data"]}
        return printed.getvalue(), shown | ({"stdout"} if printed.getvalue() else set())


@contextlib.contextmanager
def fresh_shell():
    """A shell that knows no name of another notebook and draws into its outputs; what it sets is set back after."""
    module = types.ModuleType("notebook_in_process")
    path, backend, level = sys.path[:], plt.get_backend(), tf.get_logger().level
    with plt.rc_context():
        shell = Shell.instance(user_module=module, config=Config({"HistoryManager": {"enabled": False}}))
        try:
            shell.enable_matplotlib("inline")
            # The backend tells only the first shell of a process how to make a picture of a figure.
            # Of no size to be looked at, and drawn once: to cut the margins off, it would be drawn twice.
            set_matplotlib_formats("png", dpi=20, bbox_inches=None)
            yield shell
        finally:
            Shell.clear_instance()
            sys.modules.pop(module.__name__, None)
            sys.path[:] = path
            tf.get_logger().setLevel(level)
            plt.close("all")
            plt.switch_backend(backend)
