-- Salted hashes of the ids of messages that went with somebody who was forgotten, as facts and as the published file tell them:
-- by them a backup's labels of these messages are known when it is restored.
create table forgotten_message (hash text primary key);
