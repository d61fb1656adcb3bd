"""Completion: what is offered, and that real shells take the scripts."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.shell import COMMAND, environment

from .support import files, run

SHELLS = ("bash", "zsh", "fish")


def offered(*words: str) -> set[str]:
    """What is offered for the last word, as (kind, value) with a comma between them."""
    env = {
        "_AUDIENCE_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("audience", *words)),
        "COMP_CWORD": str(len(words)),
    }
    done = run(env=env)
    assert done.err == ""
    return set(done.out.split())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["comp"], {"plain,compile", "plain,completion"}),
        (["compile", "--output-f"], {"plain,--output-file", "plain,--output-format"}),
        (["compile", "--output-format", "gi"], {"plain,github", "plain,gitlab"}),
        (["completion", ""], {"plain,bash", "plain,zsh", "plain,fish"}),
        (["compile", "w"], {"file,w"}),
        (["why", "w"], {"file,w"}),
        (["compile", "--params", "p"], {"file,p"}),
        (["compile", "--out-dir", "b"], {"dir,b"}),
        (["compile", "two.audience", "--name", ""], {"plain,first", "plain,second"}),
        (["why", "two.audience", "--name", "s"], {"plain,second"}),
        (["compile", "bad.audience", "--name", ""], set()),
        (["compile", "missing.audience", "--name", ""], set()),
        (["compile", "--name", ""], set()),
        (["config", "sh"], {"plain,show"}),
        (["config", "schema", "a"], {"plain,audience.toml", "plain,attributes.toml"}),
        (["rule", "single"], {"plain,single-equals"}),
        (["rule", "aud00"], {f"plain,AUD00{digit}" for digit in range(1, 10)}),
        (["check", "--select", "missing-value,long-v"], {"plain,missing-value,long-value"}),
        (["check", "--ignore", "single"], set()),
        (["send", "--instance", "EU-0"], {"plain,EU-01", "plain,EU-02"}),
        (["send", "--env", ""], {"plain,staging", "plain,production"}),
        (["send-id", "create", "--env", "p"], {"plain,production"}),
        (["send", "--config", "other.toml", "--env", ""], {"plain,elsewhere"}),
        (["send", "--config", "bad.audience", "--env", ""], set()),
        (["send", "--config", "missing.toml", "--env", ""], set()),
    ],
)
def test_offers(here: Path, words: list[str], expected: set[str]) -> None:
    files(here, {"two.audience": "audience first = a == 1\naudience second = b == 1\n", "bad.audience": b"\xff"})
    table = '[env.{}]\ninstance = "EU-01"\n'
    files(here, {"audience.toml": table.format("staging") + table.format("production")})
    files(here, {"other.toml": table.format("elsewhere")})
    assert offered(*words) == expected


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_for_each_shell(shell: str) -> None:
    done = run("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert "_AUDIENCE_COMPLETE" in done.out


def test_no_other_shell() -> None:
    assert run("completion", "csh").code == 2
    assert run("completion").code == 2


PROGRAMS = {
    "bash": 'eval "$({audience} completion bash)"\n'
    "COMP_WORDS=(audience compile --output-format gi) COMP_CWORD=3\n"
    '_audience_completion audience\necho "${{COMPREPLY[@]}}"\n',
    "zsh": "autoload -Uz compinit; compinit -u -D\n"
    'eval "$({audience} completion zsh)"\nprint -r -- "${{_comps[audience]}}"\n',
    "fish": "{audience} completion fish | source\ncomplete -C 'audience compile --output-format gi'\n",
}
ANSWERS = {"bash": "github gitlab", "zsh": "_audience_completion", "fish": "github\ngitlab"}


@pytest.mark.parametrize("shell", SHELLS)
def test_in_a_real_shell(shell: str, here: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    # The scripts ask the command by its name.
    binary = here / "bin" / "audience"
    binary.parent.mkdir()
    binary.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n', encoding="utf-8")
    binary.chmod(0o755)
    env = environment({"HOME": str(here)})
    env["PATH"] = f"{binary.parent}:{env['PATH']}"
    env["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    quiet = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    done = subprocess.run(
        [program, *quiet, "-c", PROGRAMS[shell].format(audience="audience")],
        capture_output=True,
        text=True,
        env=env,
        cwd=here,
        timeout=60,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == (ANSWERS[shell], "")
