output "digests" {
  description = "Function => digest of names and contents: what makes an archive another one."
  value = {
    for function, files in local.files : function => substr(sha256(jsonencode({
      for name, path in files : name => filesha256(path)
    })), 0, 16)
  }
}

output "files" {
  description = "Function => name in the archive => path."
  value       = local.files
}
