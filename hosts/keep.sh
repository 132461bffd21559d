# What a host had at a path before it was ours is kept, in the folder `kept`. The file `kept.list` has, a line each, the path
# and, after a tab, what was put in its place as `look` tells it: ? before that, edited after somebody else changed that.
# Beside the state of each configuration is NAME.ours: what it has put on the host, a line each of the resource and its path.

# as USER COMMAND...: runs a command as the owner of a folder, whose links then lead only to what that user can reach.
as() {
  if test "$1" = root; then "${@:2}"; else timeout 120 runuser --user "$1" -- "${@:2}"; fi
}

# keeper PATH: who decides what is at a path: the first owner of a folder on the way to it who is not root.
keeper() {
  local folder=/ rest=${1#/} owner=root
  while test -d "$folder"; do
    if test -L "$folder"; then owner=$(keeper "$(realpath "$folder")/."); else owner=$(stat --format %U "$folder"); fi
    if test "$owner" != root || [[ $rest != */* ]]; then break; fi
    folder=${folder%/}/${rest%%/*} rest=${rest#*/}
  done
  echo "$owner"
}

# look USER PATH: what a user finds at a path: none, the checksum of a file, where a link leads, or other.
look() {
  as "$1" sh -c 'cd /
    if test -L "$1"; then to=$(readlink "$1") && echo "link $to"
    elif test -f "$1"; then sum=$(sha256sum <"$1") && echo "${sum%% *}"
    elif test -e "$1"; then echo other; else echo none; fi' sh "$2"
}

# is_there PATH: whether there is anything, be it a link that leads nowhere.
is_there() { test -e "$1" || test -L "$1"; }

# copies PATH: what is kept of a path, the last one last.
copies() {
  local copy=$home/kept$1 number=1
  while is_there "$copy"; do
    echo "$copy"
    number=$((number + 1)) copy=$home/kept$1.$number
  done
}

# recorded PATH: what kept.list has of a path; nothing if it is not kept.
recorded() {
  test ! -e "$home/kept.list" || awk -F '\t' -v path="$1" '$1 == path { print $2 }' "$home/kept.list"
}

# record PATH [LOOK]: without a look, the path is not kept any more.
record() {
  {
    test ! -e "$home/kept.list" || awk -F '\t' -v path="$1" '$1 != path' "$home/kept.list"
    test -z "${2-}" || printf '%s\t%s\n' "$1" "$2"
  } >"$home/kept.list.new"
  mv "$home/kept.list.new" "$home/kept.list"
}

# replaced: what the host state replaces, a line each of the resource and, after a tab, the path.
replaced() {
  local resource path
  while IFS=$'\t' read -r resource path; do
    if test -z "$resource"; then continue; fi
    if [[ $resource == exec* && $path == *'*'* ]]; then
      compgen -G "$path" | sed "s/^/$resource\t/" || true
    else
      printf '%s\t%s\n' "$resource" "$path"
    fi
  done < <(listed)
}

# adopt: an earlier version kept no note of what it applied, beside the states themselves.
adopt() {
  local state
  for state in "$home"/*.json; do
    if test ! -e "$state" || test -e "${state%.json}.ours"; then continue; fi
    { grep -o '"type":"[a-z]*","title":"[^"]*"' "$state" || true; } \
      | sed -e 's/^"type":"\(.*\)","title":"\(.*\)"$/\1 \2/' -e 's/^file \(.*\)/&\t\1/' >"${state%.json}.ours.new"
    mv "${state%.json}.ours.new" "${state%.json}.ours"
  done
}

# changed: what the last run changed, a resource a line.
changed() {
  test ! -e "$home/$name.log" || sed --quiet --regexp-extended \
    -e 's/^Notice: \/Stage\[main\]\/Main\/File\[(.*)\]\/(ensure|content): .*/file \1/p' \
    -e 's/^Notice: \/Stage\[main\]\/Main\/Exec\[(.*)\]\/returns: executed successfully.*/exec \1/p' "$home/$name.log"
}

# settle [all]: notes what the last run has made ours: what it changed or, if it ended well, all of the state.
settle() {
  local resource path sum
  local -A is_changed=()
  while IFS= read -r resource; do is_changed[$resource]=yes; done < <(changed)
  while IFS=$'\t' read -r resource path; do
    test -n "${is_changed[$resource]-}" || continue
    printf '%s\t%s\n' "$resource" "$path" >>"$home/$name.ours"
    sum=$(recorded "$path")
    case $sum in '' | edited) ;; *) record "$path" "$(look "$(keeper "$path")" "$path")" ;; esac
  done < <(replaced)
  if test -n "${1-}"; then
    replaced >"$home/$name.ours.new"
    mv "$home/$name.ours.new" "$home/$name.ours"
  fi
  rm -f "$home/$name.running"
}

# keep: keeps what the host state replaces, removes, or makes a link or a folder of, unless it is ours.
keep() {
  local resource path
  local -A is_ours=()
  adopt
  touch "$home/$name.ours"
  # A run that was cut off has noted nothing.
  test ! -e "$home/$name.running" || settle
  while IFS=$'\t' read -r resource _; do is_ours[$resource]=yes; done < <(cat "$home"/*.ours)
  while IFS=$'\t' read -r resource path; do
    if [[ $path == "$home"/* ]]; then continue; fi
    if test -z "${is_ours[$resource]-}"; then
      ! is_there "$path" || keep_file "$path"
    elif [[ $resource == exec* ]]; then
      # A command may change a part of a file: then what somebody else has changed in it stays.
      case $(recorded "$path") in
        '' | '?' | edited | "$(look "$(keeper "$path")" "$path")") ;;
        *) record "$path" edited ;;
      esac
    fi
  done < <(replaced)
  touch "$home/$name.running"
}

# keep_file PATH: keeps a file or a link, unless the last copy of it is the same.
keep_file() {
  local path=$1 to=$home/kept$1 number=1 user now last folder
  user=$(keeper "$path")
  now=$(look "$user" "$path") || unreadable "$path" "$user"
  case $now in none | other) return ;; esac
  if is_packaged "$user" "$path" "$now" || was_put "$path" "$now"; then return; fi
  folder=$(dirname "$path")
  if test "$(realpath -m "$home/kept$folder")" != "$(realpath -m "$home/kept")$folder"; then
    # Below a link that the state makes a folder of, nothing is replaced: it stays where the link leads.
    test "$(realpath "$folder")" = "$folder" || return 0
    fail "$path is replaced by this configuration, and cannot be kept below a link in $home/kept; move that away, and deploy again"
  fi
  last=$(copies "$path" | tail -n 1)
  if test -z "$last" || test "$(look root "$last")" != "$now"; then
    while is_there "$to"; do number=$((number + 1)) to=$home/kept$path.$number; done
    (umask 077 && mkdir -p "$(dirname "$to")")
    copy_of "$user" "$path" "$now" "$to.new" || unreadable "$path" "$user"
    mv --no-target-directory "$to.new" "$to"
    echo "kept $path as $to"
  fi
  record "$path" '?'
}

# was_put PATH LOOK: whether it is what a configuration put there that has left the host, or dropped the path.
was_put() { test "$(recorded "$1")" = "$2" || grep -qsxF -e "$1"$'\t'"$2" "$home/left.list"; }

# is_packaged USER PATH LOOK: whether a file is as its package brought it.
is_packaged() {
  local sum
  if [[ $3 == link* ]]; then return 1; fi
  conffiles=${conffiles:-$(dpkg-query --show --showformat '${Conffiles}\n' || true)}
  sum=$(awk -v path="$2" '$1 == path { print $2 }' <<<"$conffiles" | head -n 1)
  test -n "$sum" && test "$(as "$1" cat "$2" | md5sum)" = "$sum  -"
}

# copy_of USER PATH LOOK COPY: copies with owner, mode and time; what another user gives, up to 16 MiB.
copy_of() {
  local owner mode time
  rm -f "$4"
  if test "$1" = root; then
    cp --archive "$2" "$4"
  elif [[ $3 == link* ]]; then
    ln -s "${3#link }" "$4"
  else
    (umask 077 && ulimit -f 16384 && as "$1" cat "$2" >"$4") && test "$(look root "$4")" = "$3" || return 1
    read -r owner mode time < <(as "$1" stat --format '%u:%g %a %Y' "$2")
    chown "$owner" "$4" && chmod "$mode" "$4" && touch --date "@$time" "$4"
  fi
}

unreadable() {
  fail "$1 is replaced by this configuration, and cannot be kept: $2, who owns a folder on the way to it, cannot read it, or it is larger than 16 MiB; move it away, and deploy again"
}
