"""What clauses on one attribute say together: nobody, everybody, or the same twice.

`values` are sets of values, `states` what a clause says of its attribute, `members` the groups of a file with the
states of their clauses, `judging` what can be concluded of a group, `wording` how that is said, `rules` the rules.
Each conclusion holds by the meaning that `evaluate` gives to comparisons; where a set cannot be said, nothing is
concluded.
"""
