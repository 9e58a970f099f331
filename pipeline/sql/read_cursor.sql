select since, newest, reached, memory
from cursor
where source = $source and stream = $stream and brand = $brand
