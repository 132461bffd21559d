# Converges main.example.test: installs Puppet's agent if it is missing, then applies the host state.
# The whole script is read before anything runs, so that no command can swallow the rest of it.
set -euo pipefail
umask 022
# Messages are read here, and file names may have any letters.
export LC_ALL=C.UTF-8
unset LANGUAGE

home=/var/lib/pulumi-puppet
# A host can have several roles, each with a configuration of its own.
name=main-configuration

# The services of the host state, and the TCP ports that they listen on.
services=''
ports=''
began=$(date +%s)
ruby=/opt/puppetlabs/puppet/bin/ruby

# The program that takes this host out of its pool, if it has left; and the state that is taken back.
pool=
undone=

fail() {
  echo "main.example.test: $*" >&2
  exit 1
}

install_agent() {
  echo "installing openvox-agent"
  export DEBIAN_FRONTEND=noninteractive
# The repository's signing key is part of this script, so that no server can supply another.
. /etc/os-release
install -D -m 0644 /dev/stdin /etc/apt/keyrings/openvox9.asc <<'KEY'
-----BEGIN PGP PUBLIC KEY BLOCK-----

mQENBGeGidcBCADjJzn2Mh7E7guNotcwRh1vvKQkQrw/TYY+xuKA2DGOvMrVYzyn
BQ5CzQ3n2A4fyvUWhRqbgy2hV8uYQNap2ddJ05BlzH1WotUaLfHcAUmCxRIOYw89
nhi/5v+tZNjvAZo96E9fvYvWVnsYXVpYcG4xyGuQYdvEiBIrgxXM3M3XCgS3+Ns+
Hlm2FGZSxIYI0IOsbu34J5KDV/sAmBSAG7Oyg+hXGBAABWW97IQcZw0l260ksDHS
ea7Z0HcWmNgH6CjG2eR+WkGHJ7nVDxIr06SUgRr1xL66BrwYfD7rtURZJQWYPur4
D8G95js0Aisf2oUMHK0PRkq1hAUTBFXdE1P9ABEBAAG0IlZveCBQdXB1bGkgPG9w
ZW52b3hAdm94cHVwdWxpLm9yZz6JAVEEEwEIADsWIQQOJkKZhwAkGPlRPypfuZnC
1i/z2QUCZ4aJ1wIbAwULCQgHAgIiAgYVCgkICwIEFgIDAQIeBwIXgAAKCRBfuZnC
1i/z2dLbCADcttMJyLG3TFax4FAzhNMwqM/Md7eWvDcAlhiXCbvQCNEsK97zumzV
v2EnTRwH7HWJeq/+5YMMKZh7BGKQb5BqKygBamF7EyzR8I3AfDqoKXhvs9yIDnVv
BuGO1uzLZCP/jdN/KBGbcQvU5u2Uxr3nB9VxPcQnBtg4e3uYWPDPqm9sfiOzLn5D
UFLiE1MyFkQER6BZO86QxsL+jQDbOnSCIIKTMd017rUBxNDV9713KMNerjRhB1UT
K73UfsKCHfc45xg0t3dQz7td/3fp7GyJafvT65ww9bTRoHLVFG/q3jOQ4b5pNAuz
YyhoaxkEPFLXD/uYahTG6YnKBZQnEU+9uQENBGeGidcBCADL6aKBBbYcNV+tqcq0
2wV6QluFwyfqCK6tRBMd9iMXa9JOLLncKf6ADMAfstSJ95IDzeJMQJrMAJ9Jq9/c
dGceEv7IHahyQ3LbDrz6S8cFyDXxJNlFvVu1+xbuDdVTlmBb69u34TpFenqsO6oO
TO7C9bK+pt3lZuiCmzgCgtsqHA38/M0BhtR/as4tTbnwR9FDj5xYH4WgKCIj4OqN
F2dmmdjmtHtnpNVGLCiFsfiCRxQGj4WzQnrXe60FXekV/MJBCnGGdttdyBkFFywb
cT6ceZCJJ9nbVborqkAZgipllwE4JG5rjNVsX1vraNtzvikfykANNRoSNf9ZC2ya
4O4dABEBAAGJATYEGAEIACAWIQQOJkKZhwAkGPlRPypfuZnC1i/z2QUCZ4aJ1wIb
DAAKCRBfuZnC1i/z2UZVCACCAvzs6VSVmQYeMilylNd3pAlY+LaVGrdCMbYZ4FBv
vMNhpTOzcV6y/9gcfP5NH5jSmbIQ6Lq82OBGgaag0gUvcY5AIFutuZAph9LPVfY8
kEqBCa8TqRAiWMzqYElbUvWMnY4pLL3+vlQViXPFuLk8MViEJ5jphGG3j4WDTgwC
al8R3f/kzwRYoJc9CK9LbZreqKVWFLVbxunyq8R/7nWxH/9jCUr6GbY0X1bQfc5M
laqQNoSXiDwb+K2CU+szqmwcuyxliV3arAQ/2a509l90H1VyNzBNmC42JxqgFAAT
8Dj43+HR+npsfqx1w78xgCtYYi1TU+S+tKpvKybylNP9
=vzYO
-----END PGP PUBLIC KEY BLOCK-----
KEY
install -m 0644 /dev/stdin /etc/apt/sources.list.d/openvox9.list <<LIST
deb [signed-by=/etc/apt/keyrings/openvox9.asc] https://apt.voxpupuli.org $ID$VERSION_ID openvox9
LIST

  # Of a source that is out of reach, it warns and succeeds; whoever reads why a package was not found needs to know.
  apt-get update -qq >"$home/install.log" 2>&1 || install_failed "apt-get update failed; the package sources in /etc/apt must be reachable from this host"
  apt-get install -qq --no-install-recommends openvox-agent >>"$home/install.log" 2>&1 </dev/null \
    || install_failed "apt-get could not install openvox-agent"
}

install_failed() {
  { tail -n 20 "$home/install.log"; hints "$home/install.log"; } >&2
  fail "$1"
}

# dpkg that was cut off, such as by the machine's end, refuses everything until it has finished what it had begun.
finish_packages() {
  local end=$((SECONDS + 900)) said
  until test -z "$(find /var/lib/dpkg/updates -type f)"; do
    if said=$(DEBIAN_FRONTEND=noninteractive dpkg --force-confold --configure -a 2>&1 </dev/null); then continue; fi
    # Somebody else's dpkg is just running.
    grep -q ' lock' <<<"$said" && test $SECONDS -lt $end \
      || fail "dpkg cannot finish what the last run began; repair it with dpkg --configure -a and deploy again: $(tail -n 5 <<<"$said")"
    sleep 2
  done
}

converge() {
  trap 'ended $?' EXIT
  # Whoever listens may be gone: then nothing is told, and everything is done.
  trap '' PIPE
  # Root only: the host state holds keys.
  install -d -m 0700 "$home" "$home/staged"
  # One run on a host at a time: a run whose connection was cut goes on here, and the next one waits for it.
  exec 9>"$home/lock"
  if ! flock --nonblock 9; then
    echo "waiting for another run on this host to end"
    flock --timeout 900 9 || fail "another run still holds $home/lock after 900 s; end it, and run again ($(others 9>&-))"
  fi

  # Where an earlier version kept the one configuration that a host had.
  rm -f "$home/state.json" "$home/last-run.log"
  test ! -e "$home/unfinished" || mv "$home/unfinished" "$home/$name.unfinished"

  # With those of this host's other configurations, and of those before.
  services+=$'\n'$({ grep -ohs '"type":"service","title":"[^"]*"' "$home"/*.json || true; } | sed 's/.*:"\(.*\)"$/\1/')
  foreign=$(taken)
  test -z "$foreign" || fail "$foreign"

  keep
  echo '' >"$home/$name.role"

  unfinished=
  test ! -e "$home/$name.unfinished" || unfinished=yes
  test -z "$(find "$home" -maxdepth 1 -name '*.unfinished')" || finish_packages
  touch "$home/$name.unfinished"
  test -x /opt/puppetlabs/bin/puppet || install_agent

  mkdir -p "$home"/modules/host_state/lib/puppet/functions/host_state
  cat >"$home/modules/host_state/lib/puppet/functions/host_state/read.rb" <<'FUNCTION'
# Puppet's core reads YAML and JSON only through Hiera, which would interpolate %{...} inside file contents.
Puppet::Functions.create_function(:'host_state::read') do
  # A state; and, if it is the one to go back to, the one that failed: the files that only this one has are removed again.
  dispatch(:read) do
    param 'String', :path
    param 'Optional[String]', :undone
  end

  def read(path, undone)
    state = parse(path)
    undone ? added(parse(undone), state, File.readlines(undone.sub(/failed\z/, 'absent'), chomp: true)) + state : state
  end

  def parse(path)
    JSON.parse(File.read(path, encoding: 'UTF-8'))
  end

  def added(undone, state, absent)
    stays = state.map { |resource| resource.values_at('type', 'title') }
    services = stays.filter_map { |type, title| "Service[#{title}]" if type == 'service' }
    files = undone.select { |resource| resource['type'] == 'file' && absent.include?(resource['title']) }
    files.reject { |resource| stays.include?(resource.values_at('type', 'title')) }.map do |resource|
      notify = [resource['parameters']['notify']].flatten & services
      { 'type' => 'file', 'title' => resource['title'], 'parameters' => { 'ensure' => 'absent', 'force' => false, 'notify' => notify } }
    end
  end
end
FUNCTION
  cat >"$home/converge.pp" <<'MANIFEST'
# Applies the host state: resources of Puppet's core types, in the order they are listed.
# Each requires the one before it, so the first failure stops the rest.
$host_state = host_state::read($facts['host_state_file'], $facts['host_state_undone'])

$host_state.reduce(undef) |$previous, $resource| {
  # A Sensitive value is in no diff, log or report; without a backup it is in no file bucket either.
  $secrecy = $resource['sensitive'] ? {
    true    => {
      'content'   => Sensitive($resource['parameters']['content']),
      'show_diff' => false,
      'backup'    => false,
    },
    default => {},
  }
  $order = $previous ? {
    undef   => {},
    default => { 'require' => $previous },
  }
  create_resources($resource['type'], { $resource['title'] => $resource['parameters'] + $secrecy + $order })
  Resource[$resource['type'], $resource['title']]
}

# A run that did not finish may have written a file and not restarted its service, which this run would see
# no reason for. So the services that files notify take their configuration again.
if $facts['host_state_unfinished'] {
  $notified = $host_state.map |$resource| { $resource['parameters']['notify'] }.flatten.filter |$reference| { $reference =~ NotUndef }
  notify { 'The last run did not finish: services take their configuration again':
    notify => $notified.unique,
  }
}
MANIFEST
  remember
  rm -f "$home/$name.json"
  (umask 077 && cat >"$home/$name.json") <<'STATE'
[{"type":"file","title":"/etc/motd","parameters":{"content":"first\nSTATE\n'%{x}' ü\n"}}]
STATE


  apply "$home/$name.json" "$home/$name.log"
  local reason="puppet apply ended with exit code $status; $home/$name.log on this host has all of it"
  case $status in
    0 | 2)
      settle all
      rm -f "$home/$name.unfinished"
      if reason=$(join); then
        succeeded
        return
      fi
      ;;
    *)
      settle
      # A run that failed before it changed anything has left no service behind its configuration.
      test "$status" = 6 || test -n "$unfinished" || rm -f "$home/$name.unfinished"
      { failures "$home/$name.log" | tail -n 40; journals "$home/$name.log"; taken; hints "$home/$name.log"; } | sed 's/^/main.example.test: /' >&2 || true
      ;;
  esac
  go_back "$reason"
}

# apply STATE LOG: applies a state; `status` is Puppet's exit code. The run writes to a file and not to the connection: when
# that is cut, a package is still installed to its end.
apply() {
  # There before both sides open it: a reader that comes first would find none, and show nothing.
  : >"$2"
  puppet_apply "$1" >>"$2" 2>&1 &
  tail --pid=$! --sleep-interval=0.2 --lines=+1 --follow "$2" 2>/dev/null | progress || true
  status=0
  wait $! || status=$?
}

# puppet_apply STATE ARGUMENT...: with folders of its own, so that this run and the host's own agent know nothing of each
# other: above all for certificates, as the system's folder belongs to another user, and Puppet gives that user whatever a
# link in it leads to; and for code, as Puppet runs what the environment production has for its version, also when it
# compiles something else.
puppet_apply() (
  # What it runs may rely on it.
  trap - PIPE
  FACTER_host_state_file=$1 ${unfinished:+env FACTER_host_state_unfinished=yes} ${undone:+env FACTER_host_state_undone="$undone"} /opt/puppetlabs/bin/puppet apply "$home/converge.pp" \
    --confdir "$home/etc" --codedir "$home/code" --ssldir "$home/etc/ssl" --vardir "$home/cache" --publicdir "$home/public" --logdir "$home/log" --rundir "$home/run" \
    --modulepath "$home/modules" --detailed-exitcodes --evaltrace --verbose --color=false --logdest console "${@:2}" \
    </dev/null 3>&- 8>&- 9>&-
)

join() { :; }

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

# What the host is doing, a line each: changes, and the resources that can take long as they begin.
progress() {
  sed --unbuffered --quiet --regexp-extended \
    -e 's/^Info: .*\/((Package|Service)\[[^]]*\]): Starting to evaluate the resource.*/\1 .../p' \
    -e 's/^(Notice|Error): (\/Stage\[main\]\/Main\/)?/\1: /p'
}

# The other runs that have the lock's file open, without what waits for it.
others() {
  local process
  for process in $(having "$home/lock" | sort -nu); do
    test "$process" = $$ || grep -q '^flock' "/proc/$process/cmdline" 2>/dev/null || named "$process"
  done | paste -sd ';'
}

# Whatever the run failed of, a full disk is told: it may have kept everything else from being written.
ended() {
  test "$1" = 0 || full_disks | sed 's/^/main.example.test: /' >&2
}

# What the host state replaces, a line each of the resource and, after a tab, the path.
listed() {
  cat <<'PATHS'
file /etc/motd	/etc/motd
PATHS
}

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

# Who listens where. A minimal server has neither ss nor fuser, so processes are looked up in /proc.

# holders PORT: the processes that listen on a TCP port.
holders() {
  local hex
  printf -v hex '%04X' "$1"
  { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || true; } \
    | awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print "socket:\\[" $10 "\\]" }' | sort -u \
    | while read -r socket; do having "$socket"; done | sort -nu
}

# having FILE: the processes that have a file open, by a pattern of its path.
having() {
  { find /proc/[0-9]*/fd -lname "$1" 2>/dev/null || true; } | cut -d / -f 3
}

# named PROCESS: its number and its program; its arguments may hold secrets.
named() { echo "process $1, $(cat "/proc/$1/comm" 2>/dev/null || true)"; }

# unit_of PROCESS PORT: the systemd unit that listens on a TCP port: the service of the process, without the suffix, or the
# socket that systemd holds for one.
unit_of() {
  if test "$1" = 1; then
    systemctl list-sockets --no-legend --no-pager 2>/dev/null | awk -v port=":$2" 'substr($1, length($1) - length(port) + 1) == port { print $2; exit }'
    return
  fi
  # In one line or, with older cgroups as well, in several.
  { sed -n 's#.*/\([^/]*\)\.\(service\|scope\)\(/.*\)\?$#\1#p' "/proc/$1/cgroup" 2>/dev/null || true; } | sort -u | head -n 1
}

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

converge
