# shellcheck shell=bash
# Work that goes on beside other work. Sourced, never run.

# starts NAME COMMAND… : the command in the background, its output in WORK/NAME; finish waits for all that was started.
STARTED=()
starts() {
  local name=$1
  shift
  "$@" >"$WORK/$name" 2>>"$WORK/pack.log" 9>&- &
  STARTED+=($!)
}

finish() {
  local pid status
  for pid in "${STARTED[@]}"; do
    status=0
    wait "$pid" || status=$?
    if [[ $status -eq $REPORTED ]]; then exit "$status"; fi
    if [[ $status -ne 0 ]]; then
      disk_is_full "$CACHE" "$WORK/pack.log" && die_disk_full "$CACHE"
      die "cannot $1 in $WORK: $(last_line "$WORK/pack.log")"
    fi
  done
  STARTED=()
}
