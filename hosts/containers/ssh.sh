# Gives one host its SSH host key and starts its SSH server; container.sh has written the key that may log in.
# In: CONTAINER; on standard input the host's private key.
set -eu
podman exec --interactive "$CONTAINER" sh -c '
  umask 077
  cat >/etc/ssh/ssh_host_ed25519_key
  systemctl enable --quiet ssh </dev/null
  systemctl restart ssh </dev/null'
