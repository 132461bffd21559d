# Made by pulumi-puppet: change the stack's settings, not this file.
# The files of an environment. Whoever made them may have left anything: links that lead elsewhere, pipes, folders.
require "fileutils"

class GateTree
  # folder: the environment
  # before: what is served now, or nil
  def initialize(folder, before)
    @folder = File.realpath(folder)
    @before = before && File.realpath(before)
  end

  # Paths below a folder of the environment that match a pattern of Dir.glob.
  def glob(pattern, folder = ".")
    found = Dir.glob(pattern, base: "#{@folder}/#{folder}").sort
    folder == "." ? found : found.map { |path| "#{folder}/#{path}" }
  end

  def exist?(path)
    File.exist?("#{@folder}/#{path}")
  end

  def directory?(path)
    File.directory?("#{@folder}/#{path}")
  end

  # Whether it is a file of the environment. What a link to somewhere else has is nobody's business: parsers quote it.
  def file?(path)
    File.file?("#{@folder}/#{path}") && File.realpath("#{@folder}/#{path}").start_with?("#{@folder}/")
  rescue SystemCallError
    false
  end

  def read(path)
    File.read("#{@folder}/#{path}", encoding: Encoding::UTF_8)
  end

  def existed?(path)
    !@before.nil? && File.exist?("#{@before}/#{path}")
  end

  # Files that did not change are hard links in releases; what is staged only has the same content.
  def changed?(path)
    return true if @before.nil?

    now, old = [@folder, @before].map { |folder| File.stat("#{folder}/#{path}") }
    return false if now.ino == old.ino && now.dev == old.dev

    !(now.file? && old.file? && now.size == old.size && FileUtils.identical?("#{@folder}/#{path}", "#{@before}/#{path}"))
  rescue SystemCallError
    existed?(path) || exist?(path)
  end
end
