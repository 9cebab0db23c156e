"""Costs: what options cost the provider and the patients, over the years (docs/methods 7).

`rates` are the dated unit values, `option_costs` prices one option, `patient_costs` splits costs by
deprivation, `cost_tables` discounts them over the years, and `business_case` lists the rows that
templates ask for.
"""
