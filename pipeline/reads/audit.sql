select month::timestamp as month, mentions, labels, model, labels_only, se_labels_only, estimate, low, high, drifted
from audit
where brand = $brand
order by month
