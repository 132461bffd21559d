#!/bin/bash
# Made by pulumi-puppet: change the stack's settings, not this file.
# Reloads HAProxy and tells whether it took: `systemctl reload` returns before the new process has started,
# and succeeds when it could not. The listening sockets are handed over; connections stay with the old process.
set -euo pipefail
answer=$(echo reload | socat -t 60 - UNIX-CONNECT:/run/haproxy-master.sock)
if ! grep -q '^Success=1' <<<"$answer"; then
  echo "HAProxy did not take its new configuration and goes on with the old one:" >&2
  grep -E 'ALERT|WARNING' <<<"$answer" >&2 || echo "$answer" >&2
  exit 1
fi
