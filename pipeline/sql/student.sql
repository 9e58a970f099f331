-- How much wider an interval of 90 % is where its standard error comes from so few people: Student's quantile of 95 % with
-- people - 1 degrees of freedom over the normal one, 1.645, by the expansion 26.7.5 of Abramowitz & Stegun (1964). From six
-- people on it is right to .01 %; with three it is .3 % short, with two 5 %. One person has none. The `se` of a mean over people is this
-- many times the root of its variance, so that 1.645 se either side is what covers 90 %, alone and in what is computed from it.
-- Where people weigh differently, `people` is how many of equal weight tell as much, (sum w)^2 / sum w^2; it may be below two.
create or replace temp macro student(people) as case
    when people > 1
        then
            1
            + .92638584 / greatest(people - 1, 1)
            + .86342207 / greatest(people - 1, 1) ** 2
            + .59762244 / greatest(people - 1, 1) ** 3
            + .26377813 / greatest(people - 1, 1) ** 4
end
