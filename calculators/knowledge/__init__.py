"""What the site knows beside its calculations: rules, standards and the pages made from them."""
