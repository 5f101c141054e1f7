# One archive a function, named after its content.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  settle_seconds = 0
  project        = { id = "ml-platform", number = "123456789012" }
  region         = "us-central1"
  scope          = { project = "ml-platform" }
}

run "each_function_is_built_from_its_own_archive_named_after_its_content" {
  command = plan

  assert {
    condition = alltrue([
      for key, object in google_storage_bucket_object.archive :
      object.name == "${key}-${module.source_map.digests[key]}.zip"
      && object.source == "./.build/${object.name}"
      && google_cloudfunctions2_function.function[key].build_config[0].source[0].storage_source[0].object == object.name
    ]) && length(google_storage_bucket_object.archive) == 3
    error_message = "An archive has another name than its content, or a function another archive."
  }
  assert {
    condition = alltrue([
      for key, archive in data.archive_file.function : toset([for source in archive.source : source.filename]) == toset(keys(module.source_map.files[key]))
    ])
    error_message = "An archive has other files than the map says."
  }
}
