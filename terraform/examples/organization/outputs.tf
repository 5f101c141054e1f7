output "request_deletion" {
  description = "A command that asks for a model's deletion."
  value       = module.bqml_registrar.request_deletion
}

output "see_dead_letters" {
  description = "Commands that show the dead letters."
  value       = module.bqml_registrar.see_dead_letters
}

output "sweep_now" {
  description = "A command that starts the sweep."
  value       = module.bqml_registrar.sweep_now
}

output "watch_events" {
  description = "A query that shows the last events."
  value       = module.bqml_registrar.watch_events
}
