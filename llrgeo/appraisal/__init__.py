"""Travel times turned into evidence about options: who gains, who loses, what sites can carry.

Begin with `evaluation` (what each option means, service by service) and follow what it reads:
`inputs` (all that options are judged on), `demand` (services, and how often they are used) and
`options`. `measures` and `scoring` then rank the options, and `evidence` makes the tables.

- `people/`: residents by group, and how long they travel;
- `journeys/`: who goes to which site, as arrays, and what that means for people and sites;
- `accessibility/`: catchments, equity, walking, home visits, other rules of choosing a site;
- `capacity/`: beds, rooms, teams and estate; `costs/`: money, for provider and patients;
- `uncertainty/`: how sure the ranking is; `case/`: what speaks against an option and for it;
- `places/`: authorities and other places compared; `siting/`: where sites should be;
- `tables/`: what is published, declared table by table. `disclosure` decides what must not be.
"""
