# What a failure is told with.

# failures LOG: Puppet's errors, each with the lines that matter of what the failed program said: those that tell of an
# error, and the last ones. Before an error, all that a command said, as Puppet itself only tells its exit code.
failures() {
  awk '
    /^Notice: .*Exec\[.*\]\/returns: executed successfully$/ { current = 0; next }
    sub(/^Notice: .*Exec\[.*\]\/returns: /, "") { text[++count] = $0; current = 0; next }
    sub(/^Error: /, "") { text[++count] = $0; isError[count] = 1; current = count; next }
    /^(Notice|Info|Warning|Debug): / { current = 0; next }
    # The journal of a service is told in any case.
    current && text[current] !~ /Systemd [a-z]+ for .* failed!$/ && !/^ *$/ && !/^\(Reading database/ { more[current, ++lines[current]] = $0 }
    # Puppet tells an error of a program twice: by itself, then as that of a resource.
    function again(message, later) {
      for (later = message + 1; later <= count; later++)
        if (isError[message] && index(text[later], text[message])) return 1
      return 0
    }
    END {
      for (message = 1; message <= count; message++) {
        if (again(message)) continue
        sub(/ Reading package lists\.\.\.$/, "", text[message])
        print text[message]
        told = 0
        for (line = 1; line <= lines[message]; line++) {
          said = more[message, line]
          matters = said ~ /^[EW]: |[Ee]rror|No space left|[Cc]annot|[Cc]ould not/ && ++told <= 6
          if (matters || line > lines[message] - 6) print "  " said
        }
      }
    }' "$1"
}

# taken: the ports that services of the host state are to listen on, and that somebody else has. Any service of ours may
# have one until it has its new configuration.
taken() {
  local service port process unit
  while read -r service port; do
    test -n "$port" || continue
    for process in $(holders "$port"); do
      unit=$(unit_of "$process" "$port")
      if test -n "$unit" && grep -qxF -e "$unit" -e "$unit.service" <<<"$services"; then continue; fi
      echo "TCP port $port, on which $service is to listen, is taken by $(named "$process")${unit:+ of the unit $unit}; stop it, or have it listen on another port, and deploy again"
    done
  done <<<"$ports"
}

failed_units() {
  local service
  while read -r service; do
    test -z "$service" || ! systemctl is-failed --quiet "$service" || echo "$service"
  done <<<"$services"
}

# journals LOG: the last lines of the journal of each service that failed in this run.
journals() {
  local service
  { sed -n 's/^Error: .*\/Service\[\([^]]*\)\].*/\1/p' "$1"; failed_units; } | sort -u | while read -r service; do
      echo "the last lines of journalctl -u $service:"
      { journalctl --unit "$service" --since "@$began" --lines 12 --output cat --no-pager 2>/dev/null || true; } | sed 's/^/  /'
    done
}

# hints LOG: what the messages do not say themselves.
hints() {
  ! grep -Eqi 'not yet valid|not valid yet|has expired|is expired' "$1" \
    || echo "a wrong clock does this too: here it is $(date --utc '+%F %T') UTC"
}

# full_disks: folders with no space left to write to.
full_disks() {
  { df --block-size=1M --output=avail,iavail,target / /etc /usr /var /var/lib /var/cache /tmp /opt "$home" 2>/dev/null || true; } \
    | awk 'NR > 1 && ($1 < 10 || $2 == "0") && !told[$3]++ { print "the disk of " $3 " is full: " $1 " MiB are free" ($2 == "0" ? ", and no inode" : "") }'
}
