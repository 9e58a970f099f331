-- The month as people's labels tell it: prediction-powered inference (PPI++, Angelopoulos et al. 2023), beside the
-- mean over all mentions that the model alone gives. It assumes nothing of the model's errors, but that these labels had no
-- part in f: so f is what the model says, not what `debias` makes of it by the same labels. Where the estimate differs from
-- the corrected mean by more than twice their error in two months in a row, the errors have drifted and new labels are due.
with mentions as (
    select
        brand,
        date_trunc('month', happened_at)::date as month,
        positive - negative as f,
        value_of_model as corrected,
        case when drawn then value_of_people end as y
    from derived.ledger
    where counts and value_of_model is not null
),

m as (
    select
        brand,
        month,
        count(*)::double as mentions,
        count(y)::double as labels,
        avg(f) as model,
        avg(corrected) as corrected,
        var_samp(f) as var_f,
        avg(y) as labels_only,
        var_samp(y) as var_y,
        covar_samp(y, f) / nullif((1 + count(y) / count(*)) * var_samp(f), 0) as lambda
    from mentions
    group by all
    having count(y) >= 20
),

r as (
    select
        m.brand,
        m.month,
        avg(n.y - m.lambda * n.f) as rest,
        var_samp(n.y - m.lambda * n.f) as var_rest,
        var_samp(m.lambda * n.f - n.corrected) as var_apart
    from m
    join mentions n using (brand, month)
    group by m.brand, m.month
),

e as (
    select
        m.brand,
        m.month,
        m.mentions::bigint as mentions,
        m.labels::bigint as labels,
        m.model,
        m.corrected,
        m.labels_only,
        sqrt(m.var_y / m.labels) as se_labels_only,
        m.lambda,
        m.lambda * m.model + r.rest as estimate,
        -- that all labels agree is no certainty: twenty of twenty leave room for one in ten that does not
        case when m.var_y > 1e-9 then sqrt(r.var_rest / m.labels + m.lambda ** 2 * m.var_f / m.mentions) end as se,
        case when m.var_y > 1e-9 then sqrt(r.var_rest / m.labels + r.var_apart / m.mentions) end as se_difference
    from m
    join r using (brand, month)
),

d as (
    select *, coalesce(abs(estimate - corrected) > 2 * se_difference, false) as differs
    from e
)

select
    *,
    case when se is not null then greatest(-1, least(1, estimate - 1.645 * se)) end as low,
    case when se is not null then greatest(-1, least(1, estimate + 1.645 * se)) end as high,
    differs
    and coalesce(lag(differs) over months and lag(month) over months = month - interval 1 month, false) as drifted
from d
window months as (partition by brand order by month)
