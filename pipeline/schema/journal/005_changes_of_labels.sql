-- to_json(label) told the column of that name, not the row.
create or replace view change_row as
select 'entry' as what, row_id, change_id, entry_id as item_id, brand, account_id, author, written_at, to_json(entry) as row
from entry
union all
select 'label', row_id, change_id, row_id, brand, null, author, written_at, to_json(l)
from label l
union all
select 'fruit', row_id, change_id, fruit_id, brand, account_id, author, written_at, to_json(fruit)
from fruit
union all
select 'member', row_id, change_id, row_id, null, account_id, author, written_at, to_json(member)
from member
union all
select 'note', row_id, change_id, note_id, brand, account_id, author, written_at, to_json(note)
from note
union all
select 'promise', row_id, change_id, promise_id, brand, account_id, author, written_at, to_json(promise)
from promise
union all
select 'annotation', row_id, change_id, annotation_id, brand, null, author, written_at, to_json(annotation)
from annotation
union all
select 'saved_view', row_id, change_id, view_id, null, null, author, written_at, to_json(saved_view)
from saved_view
union all
select 'contact', row_id, change_id, row_id, null, account_id, author, written_at, to_json(contact)
from contact
union all
select 'merge', row_id, change_id, row_id, null, account_id, author, written_at, to_json(merge)
from merge;
