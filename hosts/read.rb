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
