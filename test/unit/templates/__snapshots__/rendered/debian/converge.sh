# Converges main.example.test: installs Puppet's agent if it is missing, then applies the host state.
# The whole script is read before anything runs, so that no command can swallow the rest of it.
set -euo pipefail
umask 022

home=/var/lib/pulumi-puppet
# A host can have several roles, each with a configuration of its own.
name=main-configuration

fail() {
  echo "main.example.test: $*" >&2
  exit 1
}

install_agent() {
  echo "installing puppet-agent"
  export DEBIAN_FRONTEND=noninteractive

  apt-get update -qq || fail "apt-get update failed; the package sources in /etc/apt must be reachable from this host"
  apt-get install -qq --no-install-recommends puppet-agent >"$home/install.log" 2>&1 </dev/null \
    || { tail -n 20 "$home/install.log" >&2; fail "apt-get could not install puppet-agent"; }
}

converge() {
  # Root only: the host state holds keys.
  install -d -m 0700 "$home"
  # One run on a host at a time: a run whose connection was cut goes on here, and the next one waits for it.
  exec 9>"$home/lock"
  if ! flock --nonblock 9; then
    echo "waiting for another run on this host to end"
    flock --timeout 900 9 || fail "another run still holds $home/lock after 900 s; end it (fuser $home/lock shows it) and run again"
  fi

  # Where an earlier version kept the one configuration that a host had.
  rm -f "$home/state.json" "$home/last-run.log"
  test ! -e "$home/unfinished" || mv "$home/unfinished" "$home/$name.unfinished"

  test -x /usr/bin/puppet || install_agent

  mkdir -p "$home"/modules/host_state/lib/puppet/functions/host_state
  cat >"$home/modules/host_state/lib/puppet/functions/host_state/read.rb" <<'FUNCTION'
# Puppet's core reads YAML and JSON only through Hiera, which would interpolate %{...} inside file contents.
Puppet::Functions.create_function(:'host_state::read') do
  dispatch(:read) { param 'String', :path }

  def read(path)
    JSON.parse(File.read(path, encoding: 'UTF-8'))
  end
end
FUNCTION
  cat >"$home/converge.pp" <<'MANIFEST'
# Applies the host state: resources of Puppet's core types, in the order they are listed.
# Each requires the one before it, so the first failure stops the rest.
$host_state = host_state::read($facts['host_state_file'])

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
  rm -f "$home/$name.json"
  (umask 077 && cat >"$home/$name.json") <<'STATE'
[{"type":"file","title":"/etc/motd","parameters":{"content":"first\nSTATE\n'%{x}' ü\n"}}]
STATE

  # Own folders, so that this run and the host's own agent know nothing of each other. The run writes to
  # a file and not to the connection: when that is cut, a package is still installed to its end.
  unfinished=
  test ! -e "$home/$name.unfinished" || unfinished=yes
  touch "$home/$name.unfinished"
  # There before both sides open it: a reader that comes first would find none, and show nothing.
  : >"$home/$name.log"
  FACTER_host_state_file="$home/$name.json" ${unfinished:+env FACTER_host_state_unfinished=yes} /usr/bin/puppet apply "$home/converge.pp" \
    --confdir "$home/etc" --vardir "$home/cache" --publicdir "$home/public" --logdir "$home/log" --rundir "$home/run" \
    --modulepath "$home/modules" --detailed-exitcodes --evaltrace --verbose --color=false --logdest console \
    </dev/null >>"$home/$name.log" 2>&1 9>&- &
  tail --pid=$! --sleep-interval=0.2 --lines=+1 --follow "$home/$name.log" 2>/dev/null | progress || true
  status=0
  wait $! || status=$?
  case $status in
    0 | 2) rm -f "$home/$name.unfinished" ;;
    *)
      # A run that failed before it changed anything has left no service behind its configuration.
      test "$status" = 6 || test -n "$unfinished" || rm -f "$home/$name.unfinished"
      failures "$home/$name.log" | head -n 15 | sed 's/^/main.example.test: /' >&2 || true
      fail "puppet apply ended with exit code $status; $home/$name.log on this host has all of it"
      ;;
  esac
}

# Puppet's own error lines, after what a command said that failed: Puppet only tells its exit code.
failures() {
  sed --quiet --regexp-extended \
    -e '/Exec\[.*\]\/returns: executed successfully$/d' \
    -e 's/^Notice: .*Exec\[.*\]\/returns: //p' \
    -e 's/^Error: //p' "$1"
}

# What the host is doing, a line each: changes, and the resources that can take long as they begin.
progress() {
  sed --unbuffered --quiet --regexp-extended \
    -e 's/^Info: .*\/((Package|Service)\[[^]]*\]): Starting to evaluate the resource.*/\1 .../p' \
    -e 's/^(Notice|Error): (\/Stage\[main\]\/Main\/)?/\1: /p'
}

converge
