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
