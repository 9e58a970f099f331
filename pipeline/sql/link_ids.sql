-- What several messages at one link are known by: whether an id is that of a link alone, and that of link, author and moment.
create or replace temp macro is_of_link(id, link) as ends_with(id, ':' || left(sha256(link), 20));
create or replace temp macro apart_id(source, link, who, moment) as
source || ':' || left(sha256(link || chr(0) || who || chr(0) || moment), 20)
