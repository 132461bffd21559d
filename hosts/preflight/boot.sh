# Waiting for a machine that is still booting.

# wait_for WHAT SECONDS COMMAND...: until the command succeeds.
wait_for() {
  local what=$1 end=$((SECONDS + $2)) told=
  shift 2
  until "$@" >/dev/null 2>&1; do
    test $SECONDS -lt $end || return 1
    test -n "$told" || say "waiting for $what"
    told=yes
    sleep 1
  done
}

# has_booted SECONDS: waits until cloud-init, where there is one, and the boot have ended; $reason says what has not.
has_booted() {
  local within=
  test "$1" = 0 || within=" within $1 s"
  if command -v cloud-init >/dev/null; then
    reason="cloud-init has not ended$within; cloud-init status --long on this machine says where it is"
    wait_for "cloud-init to end" "$1" booted || return 1
    if [[ $boot_state == *"status: error"* ]]; then
      reason="cloud-init failed: $(cloud-init status --long | tr '\n' ' ')"
      return 1
    fi
  fi
  reason="the boot has not ended$within; systemctl list-jobs on this machine shows what it waits for"
  wait_for "the boot to end" "$1" systemd_up
}

# Its own exit code is not asked: it is 2 for warnings, and 1 for errors, which are told by themselves.
booted() {
  boot_state=$(cloud-init status || true)
  grep -E '^status: (done|disabled|degraded|error)' <<<"$boot_state"
}
systemd_up() {
  local state
  state=$(systemctl is-system-running || true)
  test "$state" = running -o "$state" = degraded
}
