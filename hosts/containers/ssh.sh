# Gives one host its SSH keys and starts its SSH server.
# In: CONTAINER; on standard input the public key that may log in, on one line, then the host's private key.
set -eu
podman exec --interactive "$CONTAINER" sh -c '
  umask 077
  mkdir -p /root/.ssh
  IFS= read -r key && printf "%s\n" "$key" >/root/.ssh/authorized_keys
  cat >/etc/ssh/ssh_host_ed25519_key
  systemctl enable --now --quiet ssh </dev/null'
