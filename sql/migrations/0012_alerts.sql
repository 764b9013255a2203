-- What is told leaves by mail, webhook or Slack; is not told again while it says the same; and is held back and summed up where
-- it would be too much for one audience.
alter table notifications
  -- An audience is a list of addresses (mail), or a name in the configuration (webhook, slack): never an address that is a secret.
  add column channel text not null default 'mail' check (channel in ('mail', 'webhook', 'slack')),
  -- What a message about an account-day says, digested. Null where a message is told whatever was told before.
  add column said text,
  -- Those of the audience who have it already: the others are tried again, alone.
  add column delivered_to text[] not null default '{}',
  -- Since when it waits because its audience was told too much; null where it never did.
  add column held_since timestamptz,
  -- The message that told it together with others.
  add column summed_into bigint references notifications;

create index notifications_waiting on notifications (notification_id) where status = 'pending';
create index notifications_by_delivery on notifications (channel, audience, delivered_at) where status = 'done';
create index notifications_by_run on notifications (run_id);
