# The egress list: only names on it resolve. It does not stop a connection to a bare address; the HTTPS-only group is what is left then.

resource "aws_route53_resolver_firewall_domain_list" "allowed" {
  name    = "${var.name}-allowed"
  domains = concat(local.aws_domains, var.egress_domains)
}

resource "aws_route53_resolver_firewall_domain_list" "everything" {
  name    = "${var.name}-everything"
  domains = ["*"]
}

resource "aws_route53_resolver_firewall_rule_group" "egress" {
  name = "${var.name}-egress"
}

# A listed name may point to names of the same owner that are not listed, as those behind a load balancer do.
resource "aws_route53_resolver_firewall_rule" "allow" {
  name                               = "allowed"
  action                             = "ALLOW"
  firewall_domain_redirection_action = "TRUST_REDIRECTION_DOMAIN"
  priority                           = 100
  firewall_domain_list_id            = aws_route53_resolver_firewall_domain_list.allowed.id
  firewall_rule_group_id             = aws_route53_resolver_firewall_rule_group.egress.id
}

resource "aws_route53_resolver_firewall_rule" "block" {
  name                    = "everything-else"
  action                  = "BLOCK"
  block_response          = "NXDOMAIN"
  priority                = 200
  firewall_domain_list_id = aws_route53_resolver_firewall_domain_list.everything.id
  firewall_rule_group_id  = aws_route53_resolver_firewall_rule_group.egress.id
}

resource "aws_route53_resolver_firewall_rule_group_association" "egress" {
  name                   = "${var.name}-egress"
  firewall_rule_group_id = aws_route53_resolver_firewall_rule_group.egress.id
  priority               = 101
  vpc_id                 = aws_vpc.this.id
}

# Fail closed: where the firewall does not answer, nothing resolves.
resource "aws_route53_resolver_firewall_config" "closed" {
  resource_id        = aws_vpc.this.id
  firewall_fail_open = "DISABLED"
}

locals {
  aws_domains = ["*.amazonaws.com", "*.aws.internal", "*.compute.internal"]
}
