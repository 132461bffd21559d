# A message for those who log in.
#
# @param message what they read
class profile::motd (
  String $message,
) {
  file { '/etc/motd':
    ensure  => file,
    content => "${message}\n",
  }
}
