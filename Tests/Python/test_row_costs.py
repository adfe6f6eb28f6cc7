"""What one row costs in scan, expand, filter and aggregate: instructions and allocations, which are
the same on a busy machine and on an idle one. A limit that is exceeded means that a hot path got
slower; one that is far too high should be lowered.

A statement is run a few times and many times under valgrind's cachegrind, which counts instructions;
the difference is what the further runs took, without starting, opening and planning.
"""
import os
import re
import subprocess
from pathlib import Path

import pytest

ROWS = 20_000
FEW, MANY = 2, 12
HERE = Path(__file__).parent

# Statement, instructions a person, allocations for a thousand persons. A person has three KNOWS in
# each direction, so that nine paths go through each in the last.
STATEMENTS = {
    "scan": ("MATCH (n:Person) RETURN max(id(n))", 100, 10),
    "filter": ("MATCH (n:Person) WHERE n.age > 30 RETURN max(id(n))", 140, 15),
    "expand": ("MATCH (n:Person)-[r:KNOWS]->(m) RETURN max(id(r))", 500, 20),
    "aggregate": ("MATCH (n:Person) RETURN n.age AS age, count(*) AS n ORDER BY n DESC LIMIT 1", 120, 15),
    "ends": ("MATCH (n:Person)-[:KNOWS]->(m)-[:KNOWS]->(o) WITH o, count(*) AS n RETURN max(n)", 1350, 40),
}


@pytest.fixture(scope="module")
def measured(binary, tmp_path_factory):
    """Instructions and allocations of a statement's run, each run on its own."""
    folder = tmp_path_factory.mktemp("costs")
    persons = "".join(f"{i},{i * 7919 % 80}\n" for i in range(ROWS))
    (folder / "persons.csv").write_text("id:ID,age:int\n" + persons)
    knows = "".join(f"{i},{(i * 31 + k * 977) % ROWS}\n" for i in range(ROWS) for k in range(3))
    (folder / "knows.csv").write_text(":START_ID,:END_ID\n" + knows)
    data, counter, program = folder / "data", folder / "allocations.so", folder / "starling"
    subprocess.run(
        [binary, "import", "--into", data, "--id-type", "integer",
         "--nodes", f"Person={folder}/persons.csv", "--relationships", f"KNOWS={folder}/knows.csv"],
        check=True, capture_output=True)
    subprocess.run(
        ["clang", "-shared", "-fPIC", "-O2", "-o", counter, HERE / "allocations.c", "-ldl"], check=True)
    # Without debug information, which valgrind would read first.
    subprocess.run(["strip", "-g", "-o", program, binary], check=True)

    def run(statement: str, repetitions: int) -> tuple[int, int]:
        environment = os.environ | {
            "LD_PRELOAD": str(counter), "ALLOCATIONS": str(folder / "count"), "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run(
            ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
             program, "query", "--data", data, "--repeat", str(repetitions), "--format", "json", statement],
            env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        instructions = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
        assert instructions, done.stderr
        return int(instructions[1].replace(",", "")), int((folder / "count").read_text())

    def difference(statement: str) -> tuple[float, float]:
        few, many = run(statement, FEW), run(statement, MANY)
        return (many[0] - few[0]) / (MANY - FEW), (many[1] - few[1]) / (MANY - FEW)

    return difference


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_row_costs_no_more_than(name, measured):
    statement, most_instructions, most_allocations = STATEMENTS[name]
    instructions, allocations = measured(statement)
    print(f"{name}: {instructions / ROWS:.1f} instructions a person, "
          f"{1000 * allocations / ROWS:.1f} allocations for a thousand persons")
    assert instructions / ROWS <= most_instructions
    assert 1000 * allocations / ROWS <= most_allocations
