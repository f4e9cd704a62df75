"""Documents: fetched through the router and put into the form that engines index."""
