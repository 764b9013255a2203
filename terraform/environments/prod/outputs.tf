output "recon" {
  description = "What the pipeline and whoever sets the secrets need."
  value       = module.recon
}
