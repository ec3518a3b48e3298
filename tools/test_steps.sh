# The steps of ./run test; sourced by it. Each step is a function step_NAME whose output goes to
# build/test/NAME.log. A step counts what it tested by the lines it prints: GoogleTest's, and
# 'N passed, N failed' of the scripts; one without any counts as one test.

export LEVADA=$root/build/release/levada  # what the scripts below tests/ start
export PYTHON=/usr/bin/python3 AWS=/usr/bin/aws  # Debian's, whatever else is on PATH

# Worlds of the two simulations that crash a whole log, and of those that lean on what these prove.
simulation_seeds=1000 simulation_seeds_above=500
crash_a_log=('(' -name local_log_sim -o -name crash_sim ')')
fuzz_inputs=3000  # a target, its committed corpus among them; that is always run whole

step_packages() { need_packages build bench format test fuzz; }

step_build() { build release levada; }

step_unit() {
  build release  # the tests and simulations with it
  ctest --test-dir build/release -j "$jobs" --verbose --no-tests=error
}

step_rules() {
  tools/check_floors.py
  tools/check_style.py
  tools/timestream_reference.py --check
  (cd tools && ./check_floors_test.py && ./check_style_test.py)
}

step_format() {
  git ls-files '*.h' '*.cc' | xargs clang-format-14 --dry-run --Werror
}

step_sanitize() {
  build sanitize  # the fuzz targets with it
  ctest --test-dir build/sanitize -j "$jobs" --verbose --no-tests=error
}

# One target of step_fuzz; what it printed is told where it failed.
fuzz_one() {
  local log=build/test/fuzz_$1.log
  if fuzz "$1" 1 "-runs=$fuzz_inputs" >"$log" 2>&1; then echo "$1: 1 passed, 0 failed"; return; fi
  cat "$log"
  echo "$1: 0 passed, 1 failed"
}

step_fuzz() {
  local targets
  mapfile -t targets < <(fuzz_programs)
  build sanitize "${targets[@]}"
  export -f fuzz fuzz_one say die
  export fuzz_inputs
  printf '%s\n' "${targets[@]}" | xargs -P "$jobs" -I{} bash -euo pipefail -c 'fuzz_one {}'
}

step_simulation() {
  build release
  sim_known
  sim 1 "$simulation_seeds" "${crash_a_log[@]}"
  sim 1 "$simulation_seeds_above" ! "${crash_a_log[@]}"
}

step_conformance() {
  need_npm tests/conformance/js
  need_npm tests/conformance/node_postgres
  need_npm tests/conformance/js-timestream
  need_npm tests/conformance/js-console
  "$PYTHON" tests/conformance/run.py -q
}

step_crash() { "$PYTHON" tests/crash/run.py; }

# Random queries and changes, PostgreSQL answering beside us.
step_oracle() { "$PYTHON" tests/oracle/run.py --seconds 30; }

# RisingWave's own tests, where their lists are at hand.
step_slt() { "$PYTHON" tests/slt/run.py; }

step_quickstart() { examples/quickstart.sh; }

step_metrics() {
  need_npm examples/machine-metrics
  examples/machine-metrics.sh
}

step_clickstream() { examples/clickstream.sh; }

# Three lanes run beside each other. Behind, from the beginning and with what the others leave of the
# processors: what is compiled once more. When there is a levada, in front the clients, which wait for
# most of their time, and beside them the rest.
first=(packages)
ahead=(build)
front=(conformance)
beside=(unit rules format simulation oracle slt crash quickstart metrics clickstream)
behind=(sanitize fuzz)

# tally LOG STATUS: what the step's log says, as two numbers.
tally() {
  LC_ALL=C awk -v status="$2" '
    /^([0-9]+: )?\[       OK \] / { passed++ }
    /^([0-9]+: )?\[  FAILED  \] .*\([0-9]+ ms\)$/ { failed++ }
    /^Ran [0-9]+ tests? in / { passed += $2 }
    match($0, /[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/) {
      split(substr($0, RSTART), n, /[^0-9]+/); passed += n[1]; failed += n[2] }
    END {
      if (passed + failed == 0 && status == 0) passed = 1
      if (failed == 0 && status != 0) failed = 1
      print passed + 0, failed + 0 }' "$1"
}

# processor_seconds FILE: what this shell's ended children had used when `times` wrote the file.
processor_seconds() { awk -F '[ms ]+' 'NR == 2 { printf "%d", $1 * 60 + $2 + $3 * 60 + $4 }' "$1"; }

# step NAME: runs it, tells how it went and what it took, remembers the tally.
step() {
  local name=$1 log=build/test/$1.log begun=$SECONDS status=0 passed failed used
  times >"build/test/$name.times"
  used=$(processor_seconds "build/test/$name.times")
  # A subshell of its own, so that `set -e` holds inside.
  set +e
  (set -e; "step_$name") >"$log" 2>&1 </dev/null
  status=$?
  set -e
  times >"build/test/$name.times"
  used=$(($(processor_seconds "build/test/$name.times") - used))
  read -r passed failed < <(tally "$log" $status)
  echo "$passed $failed" >"build/test/$name.tally"
  if ((status == 0 && failed == 0)); then
    printf 'ok      %-12s %4d s (%4d s of a processor)  %5d passed\n' \
      "$name" $((SECONDS - begun)) "$used" "$passed"
  else
    printf 'FAILED  %-12s %4d s  %5d passed, %d failed; the end of %s:\n' \
      "$name" $((SECONDS - begun)) "$passed" "$failed" "$log"
    tail -n 40 "$log" | sed 's/^/    /'
    return 1
  fi
}

# lane STEP…: one after the other; a failure does not keep the next from telling its own.
lane() {
  local name failed=0
  for name in "$@"; do step "$name" || failed=1; done
  return $failed
}

run_tests() {
  local name begun=$SECONDS failed=0 passed_all=0 failed_all=0 passed_one failed_one
  if [[ ${1:-} == list ]]; then
    printf '%s\n' "${first[@]}" "${ahead[@]}" "${front[@]}" "${beside[@]}" "${behind[@]}"
    return 0
  fi
  mkdir -p build/test
  rm -f build/test/*.tally
  if (($#)); then
    lane "$@" || failed=1
  else
    local lanes=() one
    lane "${first[@]}" || failed=1
    if ((!failed)); then
      (renice -n 19 "$BASHPID" >/dev/null; lane "${behind[@]}") & lanes+=($!)
      lane "${ahead[@]}" || failed=1
    fi
    if ((!failed)); then
      (renice -n 5 "$BASHPID" >/dev/null; lane "${beside[@]}") & lanes+=($!)
      (lane "${front[@]}") & lanes+=($!)  # not here: it would count the others' processor seconds
    fi
    for one in "${lanes[@]}"; do wait "$one" || failed=1; done
  fi
  while read -r passed_one failed_one; do
    passed_all=$((passed_all + passed_one)) failed_all=$((failed_all + failed_one))
  done < <(cat build/test/*.tally)
  echo "in $((SECONDS - begun)) s"
  echo "$passed_all passed, $failed_all failed"
  return $failed
}
