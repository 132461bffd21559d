# Made by pulumi-puppet: change the stack's settings, not this file.
# Mends what a deploy left that was killed: locks of Git, and repositories that are not whole. Nothing of it is anybody's
# work: each can be made again from its source. One deploy runs at a time, so no lock found here is in use.
require "/usr/local/lib/puppet-code/puppet_code"

module Repair
  extend PuppetCode

  # There while a deploy runs.
  UNFINISHED = "#{PuppetCode::HOME}/unfinished"
  # The tools' bare repositories, and this program's own, which it makes anew when it fetches.
  CACHES = ["cache/*", "cache/modules/*", "cache/environments/*"].freeze
  MIRRORS = "mirrors/*.git"
  # Git's words for what is not as it should be on this disk.
  DAMAGED = /\.lock'|not a git repository|corrupt|bad object|object file|unable to read|index file|packed-refs|loose object|invalid sha1/i

  module_function

  # Notes that a deploy runs; what one before it has left is mended.
  def watched
    @killed = File.exist?(UNFINISHED)
    locks if @killed
    FileUtils.touch(UNFINISHED)
    yield
    File.delete(UNFINISHED)
  end

  # Whether these errors can come from what is on this disk.
  def needed?(errors)
    @killed || errors.any? { |error| error.match?(DAMAGED) }
  end

  # folders: environments that could not be staged, which are staged anew.
  def all(folders)
    locks
    bare(*CACHES).reject { |path| whole?(path) }.each { |path| remove(path, "it is not whole") }
    folders.select { |path| File.directory?(path) }.each { |path| remove(path, "it is staged anew") }
  end

  def locks
    trees = Dir.glob("#{PuppetCode::HOME}/staging/**/.git", File::FNM_DOTMATCH)
    (bare(*CACHES, MIRRORS) + trees).each do |path|
      Dir.glob("#{path}/{*.lock,refs/**/*.lock,objects/info/**/*.lock}").each { |lock| remove(lock, "a killed Git left it") }
    end
  end

  def bare(*patterns)
    patterns.flat_map { |pattern| Dir.glob("#{PuppetCode::HOME}/#{pattern}") }.select { |path| File.directory?("#{path}/objects") }
  end

  # A clone that was killed has no branches; one after a power cut may lack objects.
  def whole?(path)
    code, output = run("git", "--git-dir", path, "for-each-ref", "--count=1", seconds: 60)
    return false if code != 0 || output.empty?

    run("git", "--git-dir", path, "fsck", "--connectivity-only", "--no-dangling", seconds: 600).first.zero?
  end

  def remove(path, why)
    FileUtils.rm_rf(path)
    warn "<4>removed #{path.delete_prefix("#{PuppetCode::HOME}/")}: #{why}"
  end
end
