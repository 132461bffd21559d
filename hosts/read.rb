# Puppet's core reads YAML and JSON only through Hiera, which would interpolate %{...} inside file contents.
Puppet::Functions.create_function(:'host_state::read') do
  dispatch(:read) { param 'String', :path }

  def read(path)
    JSON.parse(File.read(path, encoding: 'UTF-8'))
  end
end
