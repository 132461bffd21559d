#!/bin/bash
# Made by pulumi-puppet: change the stack's settings, not this file.
# Tells why a unit does not refresh the revocation list: once when that begins, each hour, and when it works again. Runs
# after each run of the unit, as root; the unit's programs have written their errors to a file.
set -euo pipefail
said=/run/$1.said
failing=/run/$1.failing

# First what went wrong, and more of it where that is announced; some programs end with advice.
reason() {
  awk 'NR == 1 || more { printf "%s%s", more ? " " : "", $0; more = /:$/ }' "$said" 2>/dev/null | tr -cd '[:print:]' | head -c 500
}

began() { date --date="@$(<"$failing")" '+%F %T'; }

if [ "$SERVICE_RESULT" = success ]; then
  test ! -e "$failing" || echo "<2>the revocation list is refreshed again; it was not since $(began)"
  rm -f "$failing"
elif test -z "$(find "$failing" -mmin -60 2>/dev/null)"; then
  # Told anew, so anew not within an hour.
  test -e "$failing" && touch "$failing" || date +%s >"$failing"
  why=$(reason)
  echo "<2>the revocation list is not refreshed since $(began), and what is revoked from then on is not refused here: ${why:-the program ended with $SERVICE_RESULT}"
fi
: >"$said"
