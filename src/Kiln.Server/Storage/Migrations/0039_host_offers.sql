-- A run that goes on in a kept workspace needs the host that keeps it: every host offers itself.
insert into host_offers (agent_id, offer) select agent_id, 'host:' || agent_id from hosts;
