# Whose the containers are; the other scripts source this. A container belongs to the stack whose SSH key its root
# accepts: only root in it and this machine's root can change that. Until it accepts one, its label says whose it is.
# In: BESIDE, a container of the stack that asks; without it, the stack's public key on the first line of standard input
# Out: KEY, empty with BESIDE, and OWNER, the stack's mark

# mark KEY: what labels name a stack by, the digest of its public SSH key.
mark() { printf '%s\n' "$1" | sha256sum | cut -d ' ' -f 1; }

# content CONTAINER PATH: a file in a container, running or not; nothing if it is not there.
content() { podman cp "$1:$2" - 2>/dev/null | tar -xO 2>/dev/null || true; }

# label CONTAINER NAME
label() { podman inspect --format "{{index .Config.Labels \"$2\"}}" "$1"; }

# marks CONTAINER: of the stacks that it belongs to, a line each; none if an earlier version made it without a key.
marks() {
  accepted=$(content "$1" /root/.ssh/authorized_keys)
  if [ -n "$accepted" ]; then
    printf '%s\n' "$accepted" | while IFS= read -r line; do mark "$line"; done
  else
    label "$1" pulumi-puppet-owner | grep . || true
  fi
}

ours() { marks "$1" | grep -qxF "$OWNER"; }

# offered CONTAINER: whether its root lets another stack take it over, and none but this one has.
take_over=/var/lib/pulumi-puppet/take-over
offered() {
  podman cp "$1:$take_over" - >/dev/null 2>&1 || return 1
  taken=$(content "$1" "$take_over")
  [ -z "$taken" ] || [ "$taken" = "$OWNER" ]
}

# give CONTAINER KEY: has its root accept this key and no other.
give() {
  printf '%s\n' "$2" | podman exec --interactive "$1" sh -c '
    umask 077
    mkdir -p /root/.ssh
    cat >/root/.ssh/authorized_keys'
}

# take CONTAINER KEY: takes over a container. The file stays for the CA's own check, and is of no use to other stacks.
take() {
  podman start "$1" >/dev/null
  give "$1" "$2"
  printf %s "$OWNER" | podman exec --interactive "$1" sh -c 'cat >"$0"' "$take_over"
}

# refuse CONTAINER...: says whose they are, and what can be done.
refuse() {
  from=$(label "$1" pulumi-puppet-folder)
  echo "$ENVIRONMENT: this machine has containers that this stack did not make: $*; they are from ${from:-a folder that an earlier version did not note}. Run npm start or npm stop there; if that state is lost, take them over as README.md says under \"A lost state\", or remove them: podman rm --force $*" >&2
  exit 1
}

KEY=
if [ -n "${BESIDE-}" ]; then
  OWNER=$(marks "$BESIDE" | head -n 1)
else
  # No more than this line: the rest is for the next script.
  IFS= read -r KEY || true
  OWNER=$(mark "$KEY")
fi
exec </dev/null
