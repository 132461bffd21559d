# A host that fails to change holds its last state that succeeded, as the stack's state does. Beside the state of each
# configuration are NAME.good, that one, and NAME.absent, the files that were not there before the state was applied.

# remember: keeps the state that is there, if it succeeded before states were kept, and notes which files are new.
remember() {
  if test ! -e "$home/$name.good" && test -e "$home/$name.json" && test -z "$unfinished"; then
    cp --preserve=mode "$home/$name.json" "$home/$name.good"
  fi
  # A run that was cut off has put files there that this one would not note.
  test -n "$unfinished" || : >"$home/$name.absent"
  listed | sed --quiet 's/^file [^\t]*\t//p' | while IFS= read -r path; do is_there "$path" || printf '%s\n' "$path"; done >>"$home/$name.absent"
}

# succeeded: this is the state to go back to.
succeeded() {
  cp --preserve=mode "$home/$name.json" "$home/$name.good.new"
  mv "$home/$name.good.new" "$home/$name.good"
}

# go_back REASON: ends the run that failed, with the host as it was before if that can be.
go_back() {
  local service
  if test ! -s "$home/$name.good" || cmp --silent "$home/$name.good" "$home/$name.json"; then
    serve_or_stay "$1"
  fi
  echo "the change failed; going back to the state before" || true
  stays_out "$1"
  while read -r service; do
    test -z "$service" || systemctl reset-failed "$service" 2>/dev/null || true
  done <<<"$services"
  mv "$home/$name.json" "$home/$name.failed"
  cp --preserve=mode "$home/$name.good" "$home/$name.json"
  undone=$home/$name.failed
  apply "$home/$name.json" "$home/$name.back.log"
  case $status in
    0 | 2)
      has_left_files || rm -f "$home/$name.unfinished"
      rm -f "$home/$name.failed"
      local reason
      reason=$(join) || stay "$1; it is back at its state before: $reason"
      fail "$1; it is back at its state before"
      ;;
    *)
      rm -f "$home/$name.failed"
      failures "$home/$name.back.log" | tail -n 10 | sed "s/^/going back: /" >&2 || true
      touch "$home/$name.unfinished"
      stay "$1; going back to its state before failed as well"
      ;;
  esac
}

# has_left_files: whether a file that a service reads has its new content still: one that was there before, but in no state.
# The next run then has services read it, as after a run that was cut off.
has_left_files() {
  touch "$home/$name.unfinished"
  "$ruby" -rjson -e '
    failed, good = ARGV[0, 2].map { |path| JSON.parse(File.read(path)).select { |resource| resource["type"] == "file" } }
    known = good.map { |file| file["title"] } + File.readlines(ARGV[2], chomp: true)
    exit failed.any? { |file| file["parameters"]["notify"] && !known.include?(file["title"]) }' \
    "$home/$name.failed" "$home/$name.good" "$home/$name.absent"
}

# serve_or_stay REASON: ends the run; the host serves with what it has, if it does.
serve_or_stay() {
  ! join >/dev/null || fail "$1"
  stay "$1"
}

# stays_out REASON: the host stays out of its pool, also if this run ends; until it joins.
stays_out() {
  test -z "$pool" || echo "$1" >/var/lib/puppet-pool/failed || true
}

# stay REASON: ends the run; the host stays out of its pool, if it has left it.
stay() {
  test -n "$pool" || fail "$1"
  "$ruby" --disable-gems "$pool" fail <<<"$1" || stays_out "$1"
  fail "$1; it takes no agents until a change of it succeeds"
}
