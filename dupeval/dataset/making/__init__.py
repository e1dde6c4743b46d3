"""Making a labelled dataset: photographs, copied at some level of hardness, in one draw of many.

`recipe.Recipe` says what it is made of, `plan` what there will be, `chain` how a copy is edited,
`build` puts it into a folder, whole or not at all.
"""
